-- One life of a channel's log, from the first lease to the end of the last. Stands before every script of the log.
--
-- state   hash: epoch; first and last offset kept; young (which generation of fingerprints grows), began (when it did),
--         dropped (what was received before then may have been forgotten)
-- leases  sorted set: lease -> when it ends, by this server's clock
-- log     stream: the entry of offset n has the id n-<ms at which it came>, the epoch as its field and its bytes as the value;
--         a second field `r` says that it may repeat an event that the window has forgotten. A hole is a person forgotten.
-- forgotten  sorted set, of holes: "<the id> <the epoch> <what stays of the entry>" by offset
-- seen    two sets: fingerprints of message ids

local STATE, LEASES, LOG, FORGOTTEN = KEYS[1], KEYS[2], KEYS[3], KEYS[6]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function whole(number)
  return string.format('%.0f', number)
end

local function offset_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

local function time_of(entry)
  return tonumber(string.match(entry[1], '%d+$'))
end

-- When the last lease ends, nil where none is open: then nothing may be left.
local function living()
  local last = redis.call('ZREVRANGE', LEASES, 0, 0, 'WITHSCORES')
  local ends = tonumber(last[2])
  if ends and ends > now and redis.call('EXISTS', STATE) == 1 then
    return ends
  end
  redis.call('UNLINK', unpack(KEYS))
  return nil
end

-- The first entry from an offset on that is kept, or is a hole of which something is.
local function kept(from)
  local entry = redis.call('XRANGE', LOG, from, '+', 'COUNT', 1)[1]
  local hole = redis.call('ZRANGEBYSCORE', FORGOTTEN, from, '+inf', 'LIMIT', 0, 1)[1]
  if hole then
    hole = {string.match(hole, '^[%d-]+')}
    if not entry or offset_of(hole) < offset_of(entry) then
      return hole
    end
  end
  return entry
end

-- The first offset kept, once what is past the bound or the retention is gone. `slack` ms late at most, so that it is not done each time.
local function trimmed(first, last, bound, retention, slack)
  local keep = math.max(first, last - bound + 1)
  local oldest = kept(whole(first))
  if not oldest then
    keep = last + 1
  elseif time_of(oldest) <= now - retention - slack then
    local low, high = offset_of(oldest), last + 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      local found = kept(whole(middle))
      if found and time_of(found) <= now - retention then
        low = offset_of(found) + 1
      else
        high = middle
      end
    end
    keep = math.max(keep, low)
  else
    keep = math.max(keep, offset_of(oldest)) -- what was before it went with the stream's own expiry
  end
  if keep > first then
    redis.call('XTRIM', LOG, 'MINID', whole(keep) .. '-0')
    redis.call('ZREMRANGEBYSCORE', FORGOTTEN, '-inf', whole(keep - 1))
    redis.call('HSET', STATE, 'first', whole(keep))
  end
  return keep
end

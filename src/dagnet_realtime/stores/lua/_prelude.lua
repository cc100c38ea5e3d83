-- Prepended to every script of a channel's log. One epoch lasts from the first lease to the end of
-- the last.
--
-- state      hash: epoch; first, last: offsets kept; young: the generation of fingerprints that
--            grows; began: when it did; dropped: fingerprints received before then may be forgotten
-- leases     sorted set: lease -> when it ends (ms, by this server's clock)
-- log        stream: the entry of offset n has the id n-<ms of arrival>, the epoch as field and its
--            bytes as value; a second field `r`: it may repeat an event that the window has
--            forgotten. A gap is an entry of a forgotten person.
-- forgotten  sorted set by offset: "<id> <epoch> <remains>" of each gap
-- seen       two sets: fingerprints of message ids

local STATE, LEASES, LOG, FORGOTTEN = KEYS[1], KEYS[2], KEYS[3], KEYS[6]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function integer(number)
  return string.format('%.0f', number)
end

local function offset_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

local function time_of(entry)
  return tonumber(string.match(entry[1], '%d+$'))
end

-- When the last lease ends (ms). nil if none is open: the epoch is over, and everything is deleted.
local function lease_end()
  local latest = redis.call('ZREVRANGE', LEASES, 0, 0, 'WITHSCORES')
  local ends = tonumber(latest[2])
  if ends and ends > now and redis.call('EXISTS', STATE) == 1 then
    return ends
  end
  redis.call('UNLINK', unpack(KEYS))
  return nil
end

-- The first entry, or remains of one, at an offset or after it.
local function first_kept(from)
  local entry = redis.call('XRANGE', LOG, from, '+', 'COUNT', 1)[1]
  local gap = redis.call('ZRANGEBYSCORE', FORGOTTEN, from, '+inf', 'LIMIT', 0, 1)[1]
  if gap then
    gap = {string.match(gap, '^[%d-]+')}
    if not entry or offset_of(gap) < offset_of(entry) then
      return gap
    end
  end
  return entry
end

-- Drops what is over the bound or past the retention, and returns the first offset kept.
-- May be `slack` ms late, so that not every call trims.
local function trim(first, last, bound, retention, slack)
  local keep = math.max(first, last - bound + 1)
  local oldest = first_kept(integer(first))
  if not oldest then
    keep = last + 1
  elseif time_of(oldest) <= now - retention - slack then
    local low, high = offset_of(oldest), last + 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      local entry = first_kept(integer(middle))
      if entry and time_of(entry) <= now - retention then
        low = offset_of(entry) + 1
      else
        high = middle
      end
    end
    keep = math.max(keep, low)
  else
    keep = math.max(keep, offset_of(oldest)) -- entries before it expired with the stream
  end
  if keep > first then
    redis.call('XTRIM', LOG, 'MINID', integer(keep) .. '-0')
    redis.call('ZREMRANGEBYSCORE', FORGOTTEN, '-inf', integer(keep - 1))
    redis.call('HSET', STATE, 'first', integer(keep))
  end
  return keep
end

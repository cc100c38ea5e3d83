-- Who reads which partitions of a stream's source. Stands before the scripts that share them out.
--
-- state, leases  of the channel's log, as life.lua has them: one life of it is what a stream is read for
-- members        sorted set: process -> when it loses what it owns, unless it comes back
-- owners         hash: partition -> process
-- places         hash: "@epoch" -> the life of the log that all of it is of; "#<topic>" -> how many partitions the topic had when that
--                began; partition -> where its reader stands, as msgpack

local STATE, LEASES, MEMBERS, OWNERS, PLACES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local KEPT = 86400000 -- ms
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function living(epoch)
  local last = redis.call('ZREVRANGE', LEASES, 0, 0, 'WITHSCORES')
  local ends = tonumber(last[2])
  return ends and ends > now and redis.call('HGET', STATE, 'epoch') == epoch
end

-- Keeps where this process stands with what it owns: ARGV from `from` on, a partition and its note each.
local function noted(process, epoch, from, to)
  if redis.call('HGET', PLACES, '@epoch') ~= epoch then
    return
  end
  for place = from, to, 2 do
    if redis.call('HGET', OWNERS, ARGV[place]) == process then
      redis.call('HSET', PLACES, ARGV[place], ARGV[place + 1])
    end
  end
end

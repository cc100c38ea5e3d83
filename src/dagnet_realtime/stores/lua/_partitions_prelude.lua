-- Prepended to the scripts that share the partitions of a stream's source between processes.
--
-- state, leases  of the channel's log, as in _prelude.lua: a stream is read during one epoch of it
-- members        sorted set: process -> when its leases lapse (ms)
-- owners         hash: partition -> process
-- places         hash: "@epoch" -> the epoch that all of it belongs to; "#<topic>" -> how many
--                partitions the topic had when that began; partition -> its checkpoint, as msgpack

local STATE, LEASES, MEMBERS, OWNERS, PLACES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local TTL = 86400000 -- ms
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function is_current(epoch)
  local latest = redis.call('ZREVRANGE', LEASES, 0, 0, 'WITHSCORES')
  local ends = tonumber(latest[2])
  return ends and ends > now and redis.call('HGET', STATE, 'epoch') == epoch
end

-- Stores checkpoints of partitions that the process owns: ARGV[from] to ARGV[to], a partition and its
-- checkpoint each.
local function store_checkpoints(process, epoch, from, to)
  if redis.call('HGET', PLACES, '@epoch') ~= epoch then
    return
  end
  for at = from, to, 2 do
    if redis.call('HGET', OWNERS, ARGV[at]) == process then
      redis.call('HSET', PLACES, ARGV[at], ARGV[at + 1])
    end
  end
end

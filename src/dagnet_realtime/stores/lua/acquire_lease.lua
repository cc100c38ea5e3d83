-- Opens or renews a reader's lease; the first lease begins an epoch of the log.
-- ARGV: lease, its ttl (ms), id for a new epoch, span of the dedupe window (ms), retention and
-- slack (ms), the epoch that the caller knew before ('' none).
-- An epoch that follows another has not seen what that one took, so its window begins now.
-- Returns epoch, last offset, the last entry's bytes, and 1 if an epoch has begun.
local began = 0
if not lease_end() then
  local since = ARGV[7] == '' and now - ARGV[4] or now
  redis.call('HSET', STATE, 'epoch', ARGV[3], 'first', 1, 'last', 0, 'young', 0,
    'began', integer(now), 'dropped', integer(since))
  began = 1
end
redis.call('ZREMRANGEBYSCORE', LEASES, '-inf', integer(now))
redis.call('ZADD', LEASES, integer(now + ARGV[2]), ARGV[1])
local ends = redis.call('ZREVRANGE', LEASES, 0, 0, 'WITHSCORES')[2]
for _, key in ipairs({STATE, LEASES, KEYS[4], KEYS[5]}) do
  redis.call('PEXPIREAT', key, ends)
end
local state = redis.call('HMGET', STATE, 'epoch', 'last')
local newest = redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', 1)[1]
local bytes = ''
if newest then
  for _, key in ipairs({LOG, FORGOTTEN}) do
    local expires = time_of(newest) + ARGV[5] + ARGV[6]
    redis.call('PEXPIREAT', key, integer(math.min(tonumber(ends), expires)))
  end
  if offset_of(newest) == tonumber(state[2]) then
    bytes = newest[2][2]
  end
end
return {state[1], state[2], bytes, began}

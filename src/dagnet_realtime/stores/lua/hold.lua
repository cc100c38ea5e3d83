-- ARGV: lease, its ttl, an epoch for a life that begins, span of the window, retention and slack, an epoch that was known before ('' none).
-- A life that begins after another knows nothing of what that one took, so its window begins with it.
-- Answers epoch, last offset, the bytes of the last entry, and 1 where a life has begun.
local began = 0
if not living() then
  local since = ARGV[7] == '' and now - ARGV[4] or now
  redis.call('HSET', STATE, 'epoch', ARGV[3], 'first', 1, 'last', 0, 'young', 0, 'began', whole(now), 'dropped', whole(since))
  began = 1
end
redis.call('ZREMRANGEBYSCORE', LEASES, '-inf', whole(now))
redis.call('ZADD', LEASES, whole(now + ARGV[2]), ARGV[1])
local ends = redis.call('ZREVRANGE', LEASES, 0, 0, 'WITHSCORES')[2]
for _, key in ipairs({STATE, LEASES, KEYS[4], KEYS[5]}) do
  redis.call('PEXPIREAT', key, ends)
end
local state = redis.call('HMGET', STATE, 'epoch', 'last')
local newest = redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', 1)[1]
local bytes = ''
if newest then
  for _, key in ipairs({LOG, FORGOTTEN}) do
    redis.call('PEXPIREAT', key, whole(math.min(tonumber(ends), time_of(newest) + ARGV[5] + ARGV[6])))
  end
  if offset_of(newest) == tonumber(state[2]) then
    bytes = newest[2][2]
  end
end
return {state[1], state[2], bytes, began}

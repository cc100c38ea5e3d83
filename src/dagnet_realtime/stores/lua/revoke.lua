-- Adds an id to a revocation list.
-- KEYS: a sorted set of ids by when they lapse. ARGV: id, until (ms), now (ms), most ids kept.
-- Lapsed ids are removed, then those that lapse soonest. Returns 1 if the id is new.
local new = redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -(tonumber(ARGV[4]) + 1))
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then
  redis.call('PEXPIRE', KEYS[1], math.max(1, tonumber(last[2]) - tonumber(ARGV[3])))
end
return new

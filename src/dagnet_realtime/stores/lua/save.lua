-- KEYS: mark, session, index, news, sessions of the person, of the channel. ARGV: id, bytes, ttl, how many of either may be (-1: any number).
-- Answers the mark's age, and 0, or 1 where the session was ended, or how many the person and the channel have where that is too many.
-- A change is news, a renewal is not.
local ends = whole(now + ARGV[3])
local known = redis.call('GET', KEYS[2])
if known == '' then
  return {age(), 1}
end
if tonumber(ARGV[4]) >= 0 then
  local held = {}
  for place = 5, 6 do
    redis.call('ZREMRANGEBYSCORE', KEYS[place], '-inf', whole(now))
    held[place - 4] = redis.call('ZCARD', KEYS[place])
  end
  if held[1] >= tonumber(ARGV[4]) or held[2] >= tonumber(ARGV[5]) then
    return {age(), held}
  end
end
redis.call('SET', KEYS[2], ARGV[2], 'PXAT', ends)
for _, key in ipairs({KEYS[3], KEYS[5], KEYS[6]}) do
  redis.call('ZADD', key, ends, ARGV[1])
  redis.call('PEXPIREAT', key, redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2])
end
if known and known ~= ARGV[2] then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 1000, '*', 'session', ARGV[1])
  redis.call('PEXPIRE', KEYS[4], 3600000)
end
return {age(), 0}

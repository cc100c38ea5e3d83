-- KEYS: as seat.lua has them. ARGV: view, holder, for how long (ms).
-- Answers as seat.lua does, or nothing where somebody else holds the post (and is told that there is more), or there is none.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local post = redis.call('HGET', KEYS[1], ARGV[1])
if not post then
  return false
end
if redis.call('HEXISTS', KEYS[1], ARGV[1] .. ' holder') == 1 and tonumber(redis.call('HGET', KEYS[1], ARGV[1] .. ' until')) > now then
  redis.call('HSET', KEYS[1], ARGV[1] .. ' more', '1')
  return false
end
redis.call('HDEL', KEYS[1], ARGV[1] .. ' more')
redis.call('HSET', KEYS[1], ARGV[1] .. ' holder', ARGV[2], ARGV[1] .. ' until', string.format('%.0f', now + ARGV[3]))
local found, seats = redis.call('HGETALL', KEYS[2]), {}
for place = 1, #found, 2 do
  local view, session = string.match(found[place], '^(%S+) (.*)$')
  if view == ARGV[1] then
    seats[#seats + 1] = session
    seats[#seats + 1] = found[place + 1]
  end
end
return {post, string.format('%.0f', now), seats, redis.call('HGETALL', KEYS[3]), redis.call('HGET', KEYS[1], ARGV[1] .. ' awaited')}

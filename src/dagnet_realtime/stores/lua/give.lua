-- KEYS: as seat.lua has them. ARGV: view, holder, post, ms for which the holder goes on where there is more (0: it does not), published,
-- delivered, failed, then seats to strike off and the times at which they were confirmed.
-- Answers 1 where the holder goes on.
for place, name in ipairs({'published', 'delivered', 'failed'}) do
  if ARGV[4 + place] ~= '0' then
    redis.call('HINCRBY', KEYS[3], name, ARGV[4 + place])
    redis.call('PEXPIRE', KEYS[3], 86400000)
  end
end
if redis.call('HGET', KEYS[1], ARGV[1] .. ' holder') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
for place = 8, #ARGV, 2 do
  local seat = ARGV[1] .. ' ' .. ARGV[place]
  if redis.call('HGET', KEYS[2], seat) == ARGV[place + 1] then
    redis.call('HDEL', KEYS[2], seat)
  end
end
if ARGV[4] ~= '0' and redis.call('HDEL', KEYS[1], ARGV[1] .. ' more') == 1 then
  local clock = redis.call('TIME')
  local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
  redis.call('HSET', KEYS[1], ARGV[1] .. ' until', string.format('%.0f', now + ARGV[4]))
  return 1
end
redis.call('HDEL', KEYS[1], ARGV[1] .. ' holder', ARGV[1] .. ' until')
return 0

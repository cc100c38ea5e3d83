-- Stores the state of a relay view that a holder has published from.
-- KEYS: as in touch_subscriber.lua. ARGV: view, holder, state, ms for which the lease is prolonged
-- if there is more to publish (0: not at all), published, delivered, failed; then each subscriber
-- to remove and when it was last confirmed (ms).
-- Returns 1 if the holder keeps the lease. A holder whose lease has lapsed only adds its counts.
for number, name in ipairs({'published', 'delivered', 'failed'}) do
  if ARGV[4 + number] ~= '0' then
    redis.call('HINCRBY', KEYS[3], name, ARGV[4 + number])
    redis.call('PEXPIRE', KEYS[3], 86400000)
  end
end
if redis.call('HGET', KEYS[1], ARGV[1] .. ' holder') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
for at = 8, #ARGV, 2 do
  local subscriber = ARGV[1] .. ' ' .. ARGV[at]
  if redis.call('HGET', KEYS[2], subscriber) == ARGV[at + 1] then
    redis.call('HDEL', KEYS[2], subscriber)
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

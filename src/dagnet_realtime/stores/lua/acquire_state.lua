-- Leases the state of a relay view to one holder.
-- KEYS: as in touch_subscriber.lua. ARGV: view, holder, duration of the lease (ms).
-- Returns as touch_subscriber.lua does, or nothing if the view has no state or another holder has
-- the lease; that one learns that there is more to publish.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local state = redis.call('HGET', KEYS[1], ARGV[1])
if not state then
  return false
end
if redis.call('HEXISTS', KEYS[1], ARGV[1] .. ' holder') == 1
    and tonumber(redis.call('HGET', KEYS[1], ARGV[1] .. ' until')) > now then
  redis.call('HSET', KEYS[1], ARGV[1] .. ' more', '1')
  return false
end
redis.call('HDEL', KEYS[1], ARGV[1] .. ' more')
redis.call('HSET', KEYS[1], ARGV[1] .. ' holder', ARGV[2],
  ARGV[1] .. ' until', string.format('%.0f', now + ARGV[3]))
local stored, subscribers = redis.call('HGETALL', KEYS[2]), {}
for at = 1, #stored, 2 do
  local view, session = string.match(stored[at], '^(%S+) (.*)$')
  if view == ARGV[1] then
    subscribers[#subscribers + 1] = session
    subscribers[#subscribers + 1] = stored[at + 1]
  end
end
return {
  state, string.format('%.0f', now), subscribers, redis.call('HGETALL', KEYS[3]),
  redis.call('HGET', KEYS[1], ARGV[1] .. ' awaited')
}

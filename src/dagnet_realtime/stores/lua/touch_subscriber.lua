-- Confirms a session as a subscriber of a relay view; makes the view's state if it has none.
-- KEYS: relay, a hash:
--   <view>                        its state
--   <view> holder, <view> until   who publishes it, and until when (ms)
--   <view> more                   there is more to publish
--   <view> awaited                until when a subscriber is expected (ms)
-- seats, a hash: "<view> <session>" -> when it was last confirmed (ms); ledger, a hash of counts.
-- ARGV: view, session, a state for a new view, ttl of everything (ms), most subscribers of the
-- channel, and for how long a subscriber is expected (ms): now, and if the view is new.
-- Returns state, now (ms), the view's subscribers with their times, ledger, and awaited.
local clock = redis.call('TIME')
local now = string.format('%.0f', tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000))
local own = ARGV[1] .. ' ' .. ARGV[2]
local grace = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[3]) == 1 and ARGV[7] or ARGV[6]
if grace ~= '0' then
  redis.call('HSET', KEYS[1], ARGV[1] .. ' awaited', string.format('%.0f', now + grace))
end
if redis.call('HEXISTS', KEYS[2], own) == 1 or redis.call('HLEN', KEYS[2]) < tonumber(ARGV[5]) then
  redis.call('HSET', KEYS[2], own, now)
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
local stored, subscribers = redis.call('HGETALL', KEYS[2]), {}
for at = 1, #stored, 2 do
  local view, session = string.match(stored[at], '^(%S+) (.*)$')
  if view == ARGV[1] then
    subscribers[#subscribers + 1] = session
    subscribers[#subscribers + 1] = stored[at + 1]
  end
end
return {
  redis.call('HGET', KEYS[1], ARGV[1]), now, subscribers, redis.call('HGETALL', KEYS[3]),
  redis.call('HGET', KEYS[1], ARGV[1] .. ' awaited')
}

-- KEYS: posts, a hash: view -> post, "<view> holder", "<view> until" (ms), "<view> more", "<view> awaited" (ms); seats, a hash: "<view> <session>" -> ms at which it
-- was last confirmed; ledger. ARGV: view, session, a post where there is none, for how long all of it is kept (ms), seats at most,
-- and for how long somebody is about to subscribe (ms), now and where the post is new.
-- Answers post, now, the view's seats and their times, the ledger, and until when somebody is awaited.
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
local found, seats = redis.call('HGETALL', KEYS[2]), {}
for place = 1, #found, 2 do
  local view, session = string.match(found[place], '^(%S+) (.*)$')
  if view == ARGV[1] then
    seats[#seats + 1] = session
    seats[#seats + 1] = found[place + 1]
  end
end
return {redis.call('HGET', KEYS[1], ARGV[1]), now, seats, redis.call('HGETALL', KEYS[3]), redis.call('HGET', KEYS[1], ARGV[1] .. ' awaited')}

-- KEYS: a bucket, a hash: level, ms. ARGV: events, events a second, burst.
-- Answers "" where they were taken, else the seconds until they fit. As core/rate.py: a batch larger than the burst passes when it is full.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local events, speed, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
level = math.min(burst, level + math.max(0, now - at) / 1000 * speed)
local wanted, answer = math.min(events, burst), ''
if level + 1e-9 >= wanted then
  level = level - events
else
  answer = tostring((wanted - level) / speed)
end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.3f', math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst + math.max(0, -level)) / speed * 1000) + 1000)
return answer

-- KEYS: two buckets in a hash: level, weight, at (ms). ARGV: events, events a second, burst, and what the events weigh in such as fill
-- the second bucket as fast. Answers "" where they were taken, else the seconds until they fit. As core/rate.py: a batch larger than the
-- burst passes when the bucket is full, and both let it pass or neither is asked.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local speed, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'level', 'weight', 'at')
local at = tonumber(kept[3]) or now
local asked, levels, wait = {tonumber(ARGV[1]), tonumber(ARGV[4] or '0')}, {}, nil
for bucket = 1, 2 do
  local level = tonumber(kept[bucket]) or burst
  levels[bucket] = math.min(burst, level + math.max(0, now - at) / 1000 * speed)
  local wanted = math.min(asked[bucket], burst)
  if levels[bucket] + 1e-9 < wanted then
    wait = math.max(wait or 0, (wanted - levels[bucket]) / speed)
  end
end
if wait == nil then
  levels = {levels[1] - asked[1], levels[2] - asked[2]}
end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', levels[1]), 'weight', string.format('%.6f', levels[2]),
  'at', string.format('%.3f', math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst + math.max(0, -math.min(levels[1], levels[2]))) / speed * 1000) + 1000)
return wait and tostring(wait) or ''

-- Consumes events from two token buckets: by number, and by size.
-- KEYS: a hash: level, weight: what each bucket holds; at (ms).
-- ARGV: events, events per second, burst, and the events' size in units that refill at that speed
-- too.
-- Returns '' if they were consumed, else the seconds to wait. As in core/rate.py a batch larger
-- than the burst passes if the bucket is full, and a refusal consumes nothing.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local speed, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = redis.call('HMGET', KEYS[1], 'level', 'weight', 'at')
local at = tonumber(stored[3]) or now
local amounts, levels, wait = {tonumber(ARGV[1]), tonumber(ARGV[4] or '0')}, {}, nil
for bucket = 1, 2 do
  local level = tonumber(stored[bucket]) or burst
  levels[bucket] = math.min(burst, level + math.max(0, now - at) / 1000 * speed)
  local needed = math.min(amounts[bucket], burst)
  if levels[bucket] + 1e-9 < needed then
    wait = math.max(wait or 0, (needed - levels[bucket]) / speed)
  end
end
if wait == nil then
  levels = {levels[1] - amounts[1], levels[2] - amounts[2]}
end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', levels[1]),
  'weight', string.format('%.6f', levels[2]), 'at', string.format('%.3f', math.max(now, at)))
local debt = math.max(0, -math.min(levels[1], levels[2]))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst + debt) / speed * 1000) + 1000)
return wait and tostring(wait) or ''

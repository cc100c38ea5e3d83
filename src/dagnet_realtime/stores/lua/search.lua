-- Finds entries whose bytes contain one of some texts.
-- ARGV: an offset, how many entries to search, texts.
-- Returns epoch, the offset to go on from ('' at the end), and the entries found.
if not lease_end() then
  return false
end
local found = {}
local entries = redis.call('XRANGE', LOG, ARGV[1], '+', 'COUNT', ARGV[2])
for _, entry in ipairs(entries) do
  for number = 3, #ARGV do
    if string.find(entry[2][2], ARGV[number], 1, true) then
      found[#found + 1] = entry
      break
    end
  end
end
local rest = ''
if #entries == tonumber(ARGV[2]) then
  rest = integer(offset_of(entries[#entries]) + 1)
end
return {redis.call('HGET', STATE, 'epoch'), rest, found}

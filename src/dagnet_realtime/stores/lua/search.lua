-- ARGV: an offset, how many entries to look through, texts. Answers epoch, where to go on ('' at the end), and the entries that hold a text.
if not living() then
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
  rest = whole(offset_of(entries[#entries]) + 1)
end
return {redis.call('HGET', STATE, 'epoch'), rest, found}

-- Whether a commit is in.
-- KEYS: token, writer
-- ARGV: number of the commit
-- Result: 1 or 0
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if redis.call('HGET', KEYS[1], 'run') ~= run then
  return 0
end
return tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[1]) and 1 or 0

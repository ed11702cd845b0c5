-- Ends a batch: drops its processing list whole, and puts away the jobs that are not done.
-- KEYS: queue, delayed, processing (set of names), processing list, dead, reasons of the dead
-- ARGV: name of the processing list in the set, number of jobs to queue again, number of jobs to delay,
--       job to queue again ..., (job to delay, due ms) ..., (dead job, died ms, reason) ...
-- Result: nothing
-- UNLINK frees the list beside: removing single jobs from a long list would block the server.
local again, delayed = tonumber(ARGV[2]), tonumber(ARGV[3])
-- The last one first, so that they are claimed in their old order.
for i = again, 1, -1 do
  redis.call('RPUSH', KEYS[1], ARGV[3 + i])
end
local at = 4 + again
for _ = 1, delayed do
  redis.call('ZADD', KEYS[2], ARGV[at + 1], ARGV[at])
  at = at + 2
end
while at <= #ARGV do
  redis.call('ZADD', KEYS[5], ARGV[at + 1], ARGV[at])
  redis.call('HSET', KEYS[6], ARGV[at], ARGV[at + 2])
  at = at + 3
end
redis.call('UNLINK', KEYS[4])
redis.call('SREM', KEYS[3], ARGV[1])

"""What runs on many workers need on one machine: PostgreSQL, Redis, and the workers, started, watched and ended.

service.py says what a program is that serves; process.py runs one; postgres.py, redis.py and workers.py know one kind
each; plan.py puts together what is to run; script.py writes it down as plain commands; watch.py keeps it running.
"""

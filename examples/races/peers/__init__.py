"""What `bench_peers.py` compares Paceline with."""

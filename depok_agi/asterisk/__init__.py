"""The only doors to Asterisk: its manager (AMI), FastAGI and the forked AGI script."""

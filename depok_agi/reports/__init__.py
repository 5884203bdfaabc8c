"""What it adds up to: figures for the daily, monthly and yearly evaluation, and the writers that show them."""

"""A leaderboard repository to start with: its spec guessed from the experiments, its other files made of templates."""

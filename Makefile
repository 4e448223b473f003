.PHONY: golden bench picture

golden:  ## Write the golden files of the tests anew; read the diff.
	WATTBOARD_GOLDEN=rewrite pytest -q

bench:  ## What a cold build of the sample costs; for real logs call the program itself.
	python benchmarks/cold_build.py sample_leaderboard/runs --site-spec sample_leaderboard/site.yml

picture:  ## Take the README's picture anew. Needs Chromium.
	python docs/img/take_picture.py

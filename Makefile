.PHONY: golden bench bench-collector bench-pages bench-scale soak picture

golden:  ## Write the golden files of the tests anew; read the diff.
	WATTBOARD_GOLDEN=rewrite pytest -q

bench:  ## What a cold build of the sample costs; for real logs call the program itself.
	python benchmarks/cold_build.py sample_leaderboard/runs --site-spec sample_leaderboard/site.yml

bench-collector:  ## What measuring costs a training, beside CodeCarbon's newest release. Six minutes; needs the network.
	python benchmarks/collector.py

bench-pages:  ## What the pages cost a reader, in Chromium. Three minutes.
	python benchmarks/pages.py

bench-scale:  ## How builds grow with the number of runs, to 10,000. Twenty minutes; 3 GB of disk.
	python benchmarks/scale.py

soak:  ## Kill training, monitor and both at 50 random moments, and builds at 30; edit and build hundreds of times.
	WATTBOARD_KILLS=50 pytest -q tests/collector/test_collector_kill.py
	WATTBOARD_KILLS=30 pytest -q tests/cache/test_cache_faults.py -k killed
	WATTBOARD_EDITS=60 pytest -q tests/cache/test_cache_equivalence.py

picture:  ## Take the README's picture anew. Needs Chromium.
	python docs/img/take_picture.py

.PHONY: dist golden bench-collector bench-pages bench-scale frameworks nightly soak picture

# The time that stands in all files of a release.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)

dist:  ## Make and check the wheel and the sdist: the same bytes whenever they are made of the same commit. Needs GNU tar.
	rm -rf build dist
	umask 022 && python -m build --no-isolation
	cd dist && for sdist in *.tar.gz; do tar -xzf $$sdist && folder=$${sdist%.tar.gz} && \
	  tar --sort=name --mtime=@$$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -cf - $$folder | gzip -9n >$$sdist && \
	  rm -r $$folder; done
	twine check --strict dist/*

golden:  ## Write the golden files of the tests anew; read the diff.
	WATTBOARD_GOLDEN=rewrite pytest -q

bench-collector:  ## What measuring costs a training, beside CodeCarbon's newest release. Six minutes; needs the network.
	python benchmarks/collector.py

bench-pages:  ## What the pages cost a reader, in Chromium. Three minutes.
	python benchmarks/pages.py

bench-scale:  ## How builds grow with the number of runs, to 10,000. Twenty minutes; 3 GB of disk.
	python benchmarks/scale.py

frameworks:  ## Test the callbacks in the real training frameworks. Needs the network and 10 GB of disk.
	python -m venv .cache/frameworks
	.cache/frameworks/bin/pip install --quiet --editable '.[frameworks]'
	WATTBOARD_FRAMEWORKS=1 KERAS_BACKEND=torch .cache/frameworks/bin/python -m pytest -q tests/frameworks

nightly: frameworks  ## Also builds of up to 100,000 runs. Hours; 30 GB of disk.
	python benchmarks/scale.py --sizes 1000,10000,100000

soak:  ## Kill training, monitor and both at 50 random moments, and builds at 30; edit and build hundreds of times.
	WATTBOARD_KILLS=50 pytest -q tests/collector/test_collector_kill.py
	WATTBOARD_KILLS=30 pytest -q tests/cache/test_cache_faults.py -k killed
	WATTBOARD_EDITS=60 pytest -q tests/cache/test_cache_equivalence.py

picture:  ## Take the README's picture anew. Needs Chromium.
	python docs/img/take_picture.py

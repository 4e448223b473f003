"""Callbacks for training frameworks. Import the one you use; none of them is needed for another.

from wattboard.collector.frameworks.transformers import EnergyCallback
from wattboard.collector.frameworks.lightning import EnergyCallback
from wattboard.collector.frameworks.keras import EnergyCallback
"""

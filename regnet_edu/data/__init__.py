"""Images to train on: arrays in memory, folders, folders that are read while a network trains, drawn and downloaded."""

from .dataset import DataSet
from .image_data import ImageData, load
from .stream import ImageStream

__all__ = ["DataSet", "ImageData", "ImageStream", "load"]

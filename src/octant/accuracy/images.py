"""Images in folders, a folder a class, and what turns an image into a network's input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import DataSet, Indices, Samples, Task
from octant.accuracy.reading import file_print, library
from octant.errors import DataSetError

Shape: TypeAlias = tuple[int | None, ...]
Reader: TypeAlias = Callable[[Any], NDArray[np.float32]]

ENDINGS = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
#: Names the classes of a folder in the order of their numbers, a line each.
CLASSES = "classes.txt"
#: ImageNet's mean and standard deviation of red, green and blue, as torchvision has them.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
#: A centre crop takes this part of the shorter side: 224 of 256 pixels.
_CROP = 0.875


class Pixels(StrEnum):
    """What a network was trained to see of black and white."""

    IMAGENET = "imagenet"
    UNIT = "0..1"
    SIGNED = "-1..1"
    BYTES = "0..255"


def image_folder(path: Path, shape: Shape, pixels: Pixels = Pixels.IMAGENET) -> DataSet:
    """Images in a folder for each class, as ImageNet is laid out.

    Folders named by whole numbers are the classes of these numbers; with a ``classes.txt`` beside
    them a class is the number of its line; else classes are numbered in the order of names.

    Raises:
        DataSetError: there is no image in any folder, or a folder is no line of ``classes.txt``.
    """
    folders = sorted(item for item in path.iterdir() if item.is_dir())
    found = {folder: _images(folder) for folder in folders}
    found = {folder: files for folder, files in found.items() if files}
    if not found:
        raise DataSetError(_no_images(path, folders))
    numbers, total = _numbers(path, [folder.name for folder in found])
    files = [file for each in found.values() for file in each]
    labels = np.repeat(numbers, [len(each) for each in found.values()])
    reader = image_reader(shape, str(path), pixels)

    def read(chosen: Indices) -> Samples:
        return {"": np.stack([reader(files[i]) for i in chosen])}, labels[chosen]

    many = "1 class" if len(found) == 1 else f"{len(found)} classes"
    return DataSet(
        str(path),
        f"{len(files)} images of {many} in folders, pixels {pixels}",
        len(files),
        Task.CLASSIFICATION,
        file_print(files, pixels.value, labels.tobytes().hex()),
        read,
        classes=total,
    )


def _images(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)


def _no_images(path: Path, folders: Sequence[Path]) -> str:
    parts = [part.name for part in folders if any(_images(x) for x in part.iterdir() if x.is_dir())]
    if parts:
        return (
            f"{path}: its folders {', '.join(parts)} hold folders of images themselves: give one "
            f"of them, {path / parts[-1]}"
        )
    return (
        f"{path}: no image in any folder below it: give a folder with one folder of images for "
        f"each class ({', '.join(ENDINGS)}), or one with labels.npy"
    )


def _numbers(path: Path, names: Sequence[str]) -> tuple[NDArray[np.int64], int | None]:
    """The number of each folder's class; how many classes there are where only that is known."""
    listing = path / CLASSES
    if listing.is_file():
        lines = [line.strip() for line in listing.read_text("utf-8").splitlines()]
        unknown = [name for name in names if name not in lines]
        if unknown:
            raise DataSetError(
                f"{listing}: no line for the folder {unknown[0]!r} ({len(unknown)} of "
                f"{len(names)} folders have none): give a line with the name of each class"
            )
        return np.array([lines.index(name) for name in names], np.int64), None
    if all(name.isdecimal() and name.isascii() for name in names):
        return np.array([int(name) for name in names], np.int64), None
    return np.arange(len(names), dtype=np.int64), len(names)


class _Layout(NamedTuple):
    """The extents of an input, and whether channels come last."""

    channels: int
    height: int
    width: int
    last: bool


def _layout(shape: Shape) -> _Layout | None:
    extents = shape[-3:]
    if len(extents) < 3:
        return None
    for place, last in ((0, False), (2, True)):
        sides = [extent for index, extent in enumerate(extents) if index != place]
        if extents[place] in (1, 3) and None not in sides:
            height, width = (int(side or 0) for side in sides)
            return _Layout(int(extents[place] or 0), height, width, last)
    return None


def image_reader(shape: Shape, where: str, pixels: Pixels = Pixels.IMAGENET) -> Reader:
    """What turns an image, its path or its file's bytes into the network's input.

    An image is scaled so that the crop of the network's size is 7/8 of its shorter side, and cut at
    the centre; grey for a network of one channel, whose pixels ``imagenet`` leaves from 0 to 1.

    Args:
        shape: of the network's input, samples first.
        where: of the images, for messages.
        pixels: what the network was trained to see.
    """
    layout = _layout(shape)

    def read(source: Any) -> NDArray[np.float32]:
        if layout is None:
            raise DataSetError(
                f"{where}: images need a network whose input is channels (1 or 3) x height x "
                f"width, or height x width x channels, with known extents; it is {shape}"
            )
        values = _scaled(_cropped(_opened(source, layout), layout), pixels)
        return np.ascontiguousarray(values if layout.last else values.transpose(2, 0, 1))

    return read


def _opened(source: Any, layout: _Layout) -> Any:
    module = library("PIL.Image", "pillow", "data")
    try:
        if isinstance(source, bytes):
            source = BytesIO(source)
        image = module.open(source) if isinstance(source, Path | BytesIO) else source
        return image.convert("L" if layout.channels == 1 else "RGB")
    except (OSError, ValueError, module.DecompressionBombError) as error:
        name = source if isinstance(source, Path) else "an image"
        raise DataSetError(f"{name}: cannot be read as an image: {error}") from error


def _cropped(image: Any, layout: _Layout) -> NDArray[np.float32]:
    """The centre of an image as rows, columns, channels."""
    height, width = layout.height, layout.width
    scale = max(height / image.height, width / image.width) / _CROP
    size = max(width, round(image.width * scale)), max(height, round(image.height * scale))
    image = image.resize(size)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    values = np.asarray(image.crop((left, top, left + width, top + height)), np.float32)
    return values.reshape(height, width, layout.channels)


def _scaled(values: NDArray[np.float32], pixels: Pixels) -> NDArray[np.float32]:
    match pixels:
        case Pixels.BYTES:
            return values
        case Pixels.SIGNED:
            return values / np.float32(127.5) - np.float32(1)
        case Pixels.IMAGENET if values.shape[-1] == 3:
            return (values / np.float32(255) - _MEAN) / _DEVIATION
    return values / np.float32(255)

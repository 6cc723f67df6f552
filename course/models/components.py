"""From classes of pixels to objects, the simple way: what hangs together is one object.

Legend: H, W picture size; N objects found.
"""

import numpy as np


def instances_from_semantic(semantic, min_area=1):
    """Take every connected patch of one class for an object (lectures 14 and 15).

    Pixels hang together if they share an edge; a corner is not enough. Two touching objects of
    the same class become one, and one object that another cuts in two becomes two: a map of
    classes does not hold that information.

    Args:
        semantic: integer array [H, W], 0 for background.
        min_area: smaller patches are left out, in pixels.

    Returns:
        int32 array [H, W], 0 or the number 1 … N of an object, class by class and in reading
        order; and int array [N], the class of each.

    Raises:
        ValueError: if ``semantic`` is not one picture.
    """
    from scipy import ndimage

    semantic = np.asarray(semantic)
    if semantic.ndim != 2:
        raise ValueError(
            f"instances_from_semantic got shape {semantic.shape}; it needs the classes of one "
            "picture, [H, W]. Go through a batch one by one, and drop a last axis of 1."
        )
    instances, classes = np.zeros(semantic.shape, "int32"), []
    for kind in np.unique(semantic[semantic > 0]):
        patches, _ = ndimage.label(semantic == kind)
        areas = np.bincount(patches.ravel())
        for patch in np.flatnonzero(areas >= min_area):
            if patch == 0:  # all that is not of this class
                continue
            classes.append(int(kind))
            instances[patches == patch] = len(classes)
    return instances, np.array(classes, "int64")

"""A network that forgets from the top, for the sanity check of Adebayo et al. 2018.

An explanation of a trained network should depend on what was trained. So take the training away,
layer by layer from the top, and see whether the explanation notices
(https://arxiv.org/abs/1810.03292, section 3).
"""

import numpy as np


def shuffled_weights(model, layer, seed=0):
    """Return a model's weights with all layers from the top down to one shuffled (lecture 06).

    Deviation: the paper draws new weights; here each array keeps its values and loses their
    places, so that activations stay in a sensible range, whatever the initialisation. The same
    seed shuffles the same layers alike: a lower ``layer`` goes on where a higher one stopped.

    Args:
        model: ``keras.Model``; nested models are fine.
        layer: name of the lowest layer to forget.
        seed: of the shuffling.

    Returns:
        list of NumPy arrays for ``set_weights``, of the model or of a copy of it.

    Raises:
        ValueError: if no layer with weights has that name.
    """
    names = [weight.path.rsplit("/", 2)[-2] for weight in model.weights]
    if layer not in names:
        raise ValueError(f"Model {model.name!r} has no weights in a layer {layer!r}.")
    weights, rng = model.get_weights(), np.random.default_rng(seed)
    for index in range(len(names) - 1, names.index(layer) - 1, -1):
        flat = rng.permutation(weights[index].reshape(-1))
        weights[index] = flat.reshape(weights[index].shape)
    return weights

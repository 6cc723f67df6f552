"""The recipe that detectors and segmenters share: AdamW, a short warm-up, one cosine."""

import math

import keras


def fit_steps(model, batches, pair, steps, optimizer, loss=None, epochs=1, callbacks=()):
    """Train a model for a number of batches (lecture 09 and later).

    Args:
        model: ``keras.Model``, trained in place.
        batches: what ``data.load`` gives; repeated as often as needed.
        pair: function from a batch to what ``fit`` wants.
        steps: number of batches in all.
        optimizer: a Keras optimizer.
        loss: as for ``compile``; None where the model computes its own.
        epochs: into how many parts the history divides the steps.
        callbacks: Keras callbacks, for example ``plots.LearningCurve("loss")``.

    Returns:
        dict of lists, one value per epoch: ``loss`` and each of its terms.

    Raises:
        ValueError: if ``steps`` is not a multiple of ``epochs``, or both are not positive.
    """
    if not 0 < epochs <= steps or steps % epochs:
        raise ValueError(f"steps={steps} and epochs={epochs}; give a positive multiple of epochs.")
    each = steps // epochs
    model.compile(optimizer, loss, steps_per_execution=steps_together(each))
    history = model.fit(
        batches.repeat().map(pair).prefetch(2),
        steps_per_epoch=each,
        epochs=epochs,
        shuffle=False,  # the data set does it
        callbacks=list(callbacks),
        verbose=0,
    )
    return history.history


def cosine_adamw(learning_rate, steps, weight_decay=1e-4):
    """AdamW with a warm-up over a twentieth of the steps and half a cosine (lecture 09).

    Args:
        learning_rate: the largest.
        steps: number of steps in all.
        weight_decay: AdamW's.

    Returns:
        ``keras.optimizers.AdamW``, which clips gradients to a norm of 10: the first boxes are
        wild.
    """
    warmup = max(steps // 20, 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20, steps - warmup, warmup_target=learning_rate, warmup_steps=warmup
    )
    return keras.optimizers.AdamW(schedule, weight_decay=weight_decay, global_clipnorm=10.0)


def steps_together(steps):
    """How many steps run before Keras looks up; that makes small networks faster (lecture 09).

    Args:
        steps: number of steps that it must divide.

    Returns:
        int, the largest divisor of 32 and ``steps``; 1 on Torch, where Keras knows no other.
    """
    largest = 1 if keras.config.backend() == "torch" else 32
    return math.gcd(largest, steps)

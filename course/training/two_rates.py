"""Adam with one learning rate for what is new and a smaller one for what is pretrained."""

import keras


class AdamTwoRates(keras.optimizers.Adam):
    """Adam that takes smaller steps in the body than in the head (lecture 05).

    Scaling the gradient would not do: Adam divides by the gradient's size, so that only the rate
    decides how far a weight moves. ULMFiT (Howard and Ruder 2018, section 3.2,
    https://arxiv.org/abs/1801.06146) calls it discriminative fine-tuning, with a rate per layer.

    Args:
        learning_rate: number or schedule, for the head.
        body_factor: the body's rate over the head's, ≥ 0.
        head: name of the layer, or tuple of names, whose variables are the head.
        options: as for ``keras.optimizers.Adam``.

    Raises:
        ValueError: if ``body_factor`` is negative; when training, if no variable is in the head.
    """

    def __init__(self, learning_rate, body_factor=0.1, head="head", **options):
        super().__init__(learning_rate, **options)
        if body_factor < 0:
            raise ValueError(f"body_factor={body_factor} is negative; 0.1 is usual, 0 freezes.")
        self.body_factor, self.head = body_factor, (head,) if isinstance(head, str) else tuple(head)

    def build(self, variables):
        """Note which variables are the head's."""
        super().build(variables)
        self.fast = [v for v in variables if set(self.head) & set(v.path.split("/"))]
        if not self.fast:
            raise ValueError(f"No variable belongs to the head {self.head}; name its layer.")

    def update_step(self, gradient, variable, learning_rate):
        """Take one step; TensorFlow hands over its own variable, the others Keras's."""
        fast = any(variable is v or variable is v.value for v in self.fast)
        super().update_step(
            gradient, variable, learning_rate if fast else learning_rate * self.body_factor
        )

    def get_config(self):
        """Return the settings, for saving."""
        return super().get_config() | {"body_factor": self.body_factor, "head": self.head}

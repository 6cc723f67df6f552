"""The bank of exercise 04_training_well: cases, oracles, right solutions and mistakes with hints.

The oracles are slow loops in Python floats, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2012)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


def positive(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Numbers between 0.1 and 1 times the scale, with three decimals."""
    return np.round(scale * rng.uniform(0.1, 1.0, shape), 3)


# --- pca_colour --------------------------------------------------------------------------------

pca_colour = Question("pca_colour", {"values": 1, "directions": 1, "clipping": 1})

TILTED = np.array([[6, -2, 3], [3, 6, -2], [-2, 3, 6]]) / 7  # orthonormal columns
TURNED = np.array([[2, -2, 1], [1, 2, 2], [2, 1, -2]]) / 3
SHUFFLED = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
SPREADS = np.array([0.2, 0.05, 0.01])
MIDDLE = np.array([[[100, 120, 140], [90, 128, 60]], [[77, 151, 133], [200, 101, 99]]], np.uint8)
EDGES = np.array([[[0, 3, 255], [250, 128, 1]]], np.uint8)


def picture(height: int, width: int, low: int = 0, high: int = 256) -> np.ndarray:
    """A uint8 picture of random intensities."""
    return rng.integers(low, high, (height, width, 3)).astype(np.uint8)


pca_colour.case("values", MIDDLE, TILTED, SPREADS, np.array([0.5, -1.0, 2.0]))
pca_colour.case("directions", MIDDLE[:1], SHUFFLED, SPREADS, np.array([0.6, 0.0, 0.0]))
pca_colour.case("directions", MIDDLE[1:], TURNED, SPREADS, np.array([0.0, 0.0, -1.5]))
pca_colour.case("clipping", EDGES, TILTED, SPREADS, np.array([0.4, -0.7, 0.3]))
pca_colour.case("clipping", EDGES, TURNED, SPREADS, np.array([-0.8, 0.5, 0.9]))
pca_colour.case(
    "values", picture(3, 2, 80, 170), TURNED, positive(3, scale=0.3), normal(3, scale=0.3),
    hidden=True,
)  # fmt: skip
pca_colour.case("values", picture(1, 4, 90, 160), TILTED, SPREADS, np.zeros(3), hidden=True)
pca_colour.case(
    "directions", picture(2, 2, 90, 160), TILTED.T, SPREADS, np.array([0.0, 0.9, 0.0]), hidden=True
)
pca_colour.case("clipping", picture(4, 3), TILTED, SPREADS, normal(3), hidden=True)
pca_colour.case("clipping", picture(2, 5), TURNED, SPREADS * 2, normal(3), hidden=True)


@pca_colour.oracle
def pca_colour_pixel_by_pixel(image, eigenvectors, eigenvalues, alphas):
    rows = []
    for row in image.tolist():
        pixels = []
        for pixel in row:
            changed = list(map(float, pixel))
            for i in range(3):  # step by step along each direction
                for c in range(3):
                    changed[c] += 255 * float(alphas[i] * eigenvalues[i] * eigenvectors[c, i])
            pixels.append([min(max(value, 0.0), 255.0) for value in changed])
        rows.append(pixels)
    return np.array(rows)


@pca_colour.right
def pca_colour_by_matrix_product(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + 255 * eigenvectors @ (alphas * eigenvalues), 0, 255)


@pca_colour.right
def pca_colour_direction_by_direction(image, eigenvectors, eigenvalues, alphas):
    result = image.astype(float)
    for i in range(3):
        result += 255 * alphas[i] * eigenvalues[i] * eigenvectors[:, i]
    return np.minimum(np.maximum(result, 0), 255)


@pca_colour.right
def pca_colour_in_unit_range(image, eigenvectors, eigenvalues, alphas):
    shift = np.einsum("ci,i,i->c", eigenvectors, alphas, eigenvalues)
    return 255 * np.clip(image / 255 + shift, 0, 1)


@pca_colour.wrong(
    "The eigenvectors are the columns: p_i is eigenvectors[:, i], so the sum is "
    "eigenvectors @ (alphas * eigenvalues), not with the transposed matrix"
)
def pca_colour_with_rows(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + 255 * eigenvectors.T @ (alphas * eigenvalues), 0, 255)


@pca_colour.wrong(
    "The eigenvalues are those of intensities from 0 to 1, the picture's go to 255: multiply the "
    "shift by 255 before you add it"
)
def pca_colour_without_255(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + eigenvectors @ (alphas * eigenvalues), 0, 255)


@pca_colour.wrong("Intensities end at 0 and 255: clip the result with np.clip(…, 0, 255)")
def pca_colour_without_clipping(image, eigenvectors, eigenvalues, alphas):
    return image + 255 * eigenvectors @ (alphas * eigenvalues)


@pca_colour.wrong("Return floats: turning the result into integers cuts its decimals off")
def pca_colour_as_integers(image, eigenvectors, eigenvalues, alphas):
    shifted = image + 255 * eigenvectors @ (alphas * eigenvalues)
    return np.clip(shifted, 0, 255).astype(np.uint8)


@pca_colour.wrong(
    "α_i λ_i is a step along the eigenvector p_i, not along the colour channel i: multiply it by "
    "p_i and add up the three vectors"
)
def pca_colour_per_channel(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + 255 * alphas * eigenvalues, 0, 255)


@pca_colour.wrong("The paper multiplies α_i by the eigenvalue λ_i itself, not by its root")
def pca_colour_with_roots(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + 255 * eigenvectors @ (alphas * np.sqrt(eigenvalues)), 0, 255)


@pca_colour.wrong("Multiply each eigenvector by its eigenvalue too: the shift is Σ α_i λ_i p_i")
def pca_colour_without_eigenvalues(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + 255 * eigenvectors @ alphas, 0, 255)


@pca_colour.wrong("Do not round: return the floats as they are")
def pca_colour_rounded(image, eigenvectors, eigenvalues, alphas):
    return np.clip(image + 255 * eigenvectors @ (alphas * eigenvalues), 0, 255).round()


# --- learning_rate -----------------------------------------------------------------------------

learning_rate = Question(
    "learning_rate", {"warm-up": 1, "cosine": 1, "no warm-up": 1, "after the end": 1}
)
for step in (0, 4, 9):
    learning_rate.case("warm-up", step, 100, 10, 0.1)
for step in (10, 25, 55, 99):
    learning_rate.case("cosine", step, 100, 10, 0.1)
for step in (0, 30, 50):
    learning_rate.case("no warm-up", step, 100, 0, 0.1)
for step in (100, 130):
    learning_rate.case("after the end", step, 100, 10, 0.1)
for step, steps, warmup, peak in ((0, 7, 3, 0.5), (1, 7, 3, 0.5), (0, 50, 1, 2.0)):
    learning_rate.case("warm-up", step, steps, warmup, peak, hidden=True)
for step, steps, warmup, peak in ((3, 7, 3, 0.5), (6, 7, 3, 0.5), (321, 1000, 77, 0.03)):
    learning_rate.case("cosine", step, steps, warmup, peak, hidden=True)
for step, steps, peak in ((0, 5, 1.0), (4, 5, 1.0), (123, 500, 0.2)):
    learning_rate.case("no warm-up", step, steps, 0, peak, hidden=True)
for step, steps, warmup in ((7, 7, 3), (8, 7, 3), (1000, 60, 0)):
    learning_rate.case("after the end", step, steps, warmup, 0.5, hidden=True)


@learning_rate.oracle
def learning_rate_from_a_table(step, steps, warmup, peak):
    table = [peak * (n + 1) / warmup for n in range(warmup)]
    turn = math.pi / (steps - warmup)
    x, y = 1.0, 0.0  # a point on the circle, turned once per step
    for _ in range(warmup, steps):
        table.append(peak * (1 + x) / 2)
        x, y = (
            x * math.cos(turn) - y * math.sin(turn),
            x * math.sin(turn) + y * math.cos(turn),
        )
    return table[step] if step < steps else 0.0


@learning_rate.right
def learning_rate_by_cases(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / (steps - warmup))
    return peak * (1 + np.cos(np.pi * progress)) / 2


@learning_rate.right
def learning_rate_by_squared_cosine(step, steps, warmup, peak):
    rise = min(1.0, (step + 1) / max(1, warmup))
    progress = np.clip((step - warmup) / (steps - warmup), 0, 1)
    return peak * rise * np.cos(np.pi / 2 * progress) ** 2


@learning_rate.right
def learning_rate_of_all_steps(step, steps, warmup, peak):
    rising = peak * np.arange(1, warmup + 1) / max(1, warmup)
    falling = peak / 2 * (1 + np.cos(np.linspace(0, np.pi, steps - warmup + 1)))
    return np.append(rising, falling)[min(step, steps)]


@learning_rate.wrong(
    "Steps count from 0, and step 0 must already move the weights: warm up with "
    "(step + 1) / warmup, which reaches 1 in the last step of the warm-up"
)
def learning_rate_from_zero(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / (steps - warmup))
    return peak * (1 + np.cos(np.pi * progress)) / 2


@learning_rate.wrong(
    "The cosine starts after the warm-up: its progress is (step − warmup) / (steps − warmup)"
)
def learning_rate_with_progress_from_the_start(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * min(1.0, step / steps))) / 2


@learning_rate.wrong(
    "After the last step the rate stays 0: do not let the progress grow beyond 1, where the "
    "cosine rises again"
)
def learning_rate_that_rises_again(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * (step - warmup) / (steps - warmup))) / 2


@learning_rate.wrong("This falls along a straight line: use (1 + cos(π · progress)) / 2")
def learning_rate_with_linear_decay(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * max(0.0, 1 - (step - warmup) / (steps - warmup))


@learning_rate.wrong(
    "Half a cosine: its angle goes from 0 to π, not to 2π. A whole one falls to 0 half-way and "
    "comes back to the peak"
)
def learning_rate_with_a_whole_cosine(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / (steps - warmup))
    return peak * (1 + np.cos(2 * np.pi * progress)) / 2


@learning_rate.wrong(
    "Half a cosine, lifted: (1 + cos(π · progress)) / 2, whose slope is 0 at both ends. "
    "cos(π/2 · progress) is a quarter of one and ends steeply"
)
def learning_rate_with_a_quarter_cosine(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / (steps - warmup))
    return peak * np.cos(np.pi / 2 * progress)


@learning_rate.wrong(
    "The warm-up is over at step = warmup: test step < warmup, not <=, or this step takes a rate "
    "above the peak"
)
def learning_rate_with_one_step_too_many(step, steps, warmup, peak):
    if step <= warmup:
        return peak * (step + 1) / max(1, warmup)
    progress = min(1.0, (step - warmup) / (steps - warmup))
    return peak * (1 + np.cos(np.pi * progress)) / 2


@learning_rate.wrong(
    "The rate reaches 0 at step = steps, one after the last: divide by steps − warmup, without "
    "− 1. Otherwise the last step is taken for nothing"
)
def learning_rate_zero_in_the_last_step(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / (steps - warmup - 1))
    return peak * (1 + np.cos(np.pi * progress)) / 2


# --- adam_step ---------------------------------------------------------------------------------

adam_step = Question(
    "adam_step", {"first step": 1, "later steps": 1, "epsilon": 1, "input unchanged": 1}
)


def adam_case(check: str, *shape: int, t: int, rate=0.01, beta2=0.999, epsilon=1e-7, **options):
    """Adds a case; the averages are zero before the first step."""
    m = normal(*shape, scale=0.1) if t > 1 else np.zeros(shape)
    v = positive(*shape, scale=0.2) if t > 1 else np.zeros(shape)
    arguments = normal(*shape), normal(*shape), m, v, t, rate, 0.9, beta2, epsilon
    adam_step.case(check, *arguments, **options)


adam_case("first step", 3, t=1)
adam_case("later steps", 2, 2, t=2)
adam_case("later steps", 4, t=7, rate=0.1)
adam_case("epsilon", 3, t=3, epsilon=0.1)
adam_case("input unchanged", 3, t=2, keeps=True)
adam_case("first step", 2, 3, t=1, rate=0.5, beta2=0.9, hidden=True)
adam_case("first step", 5, t=1, hidden=True)
adam_case("later steps", 3, 2, 2, t=4, hidden=True)
adam_case("later steps", 6, t=50, beta2=0.99, hidden=True)
adam_case("epsilon", 2, 2, t=1, epsilon=0.5, hidden=True)
adam_case("epsilon", 4, t=9, epsilon=0.02, hidden=True)
adam_case("input unchanged", 2, 3, t=5, hidden=True, keeps=True)


@adam_step.oracle
def adam_step_number_by_number(w, g, m, v, t, rate, beta1, beta2, epsilon):
    results = [], [], []
    shrink1 = 1 - math.prod([beta1] * t)
    shrink2 = 1 - math.prod([beta2] * t)
    for weight, slope, first, second in zip(
        *(array.ravel().tolist() for array in (w, g, m, v)), strict=True
    ):
        first = beta1 * first + (1 - beta1) * slope
        second = beta2 * second + (1 - beta2) * slope * slope
        step = rate * (first / shrink1) / (math.sqrt(second / shrink2) + epsilon)
        for result, value in zip(results, (weight - step, first, second), strict=True):
            result.append(value)
    return tuple(np.array(result).reshape(w.shape) for result in results)


@adam_step.right
def adam_step_by_the_paper(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    corrected_m = m / (1 - beta1**t)
    corrected_v = v / (1 - beta2**t)
    return w - rate * corrected_m / (np.sqrt(corrected_v) + epsilon), m, v


@adam_step.right
def adam_step_with_a_corrected_rate(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g * g - v)
    root = np.sqrt(1 - beta2**t)
    return w - rate * root / (1 - beta1**t) * m / (np.sqrt(v) + epsilon * root), m, v


@adam_step.right
def adam_step_in_copies(w, g, m, v, t, rate, beta1, beta2, epsilon):
    w, m, v = w.copy(), m.copy(), v.copy()
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * np.square(g)
    step = m / (1 - np.power(beta1, t))
    step /= np.sqrt(v / (1 - np.power(beta2, t))) + epsilon
    w -= rate * step
    return w, m, v


@adam_step.wrong(
    "Correct the bias: m and v start at 0 and are too small in the first steps, so divide them by "
    "1 − β₁ᵗ and 1 − β₂ᵗ before you use them"
)
def adam_step_without_correction(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@adam_step.wrong(
    "Return the averages m and v as they are: the corrected ones are only for this step's update, "
    "and would be corrected once more in the next"
)
def adam_step_returning_corrected_averages(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@adam_step.wrong("Add ε to the root, not to what is under it: √v̂ + ε")
def adam_step_with_epsilon_in_the_root(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    corrected_m, corrected_v = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * corrected_m / np.sqrt(corrected_v + epsilon), m, v


@adam_step.wrong(
    "ε belongs to the corrected root, √v̂ + ε. Moving the correction into the learning rate and "
    "adding ε to √v makes another, larger ε of it"
)
def adam_step_with_epsilon_before_correction(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@adam_step.wrong(
    "The averages forget at different speeds: β₁ and its correction belong to m, β₂ and its "
    "correction to v"
)
def adam_step_with_swapped_betas(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta2 * m + (1 - beta2) * g
    v = beta1 * v + (1 - beta1) * g**2
    corrected_m, corrected_v = m / (1 - beta2**t), v / (1 - beta1**t)
    return w - rate * corrected_m / (np.sqrt(corrected_v) + epsilon), m, v


@adam_step.wrong("t is 1 in the first step: correct with βᵗ, not with βᵗ⁺¹")
def adam_step_counting_from_zero(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    corrected_m, corrected_v = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return w - rate * corrected_m / (np.sqrt(corrected_v) + epsilon), m, v


@adam_step.wrong("Go down: subtract the step from the weights")
def adam_step_uphill(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    corrected_m, corrected_v = m / (1 - beta1**t), v / (1 - beta2**t)
    return w + rate * corrected_m / (np.sqrt(corrected_v) + epsilon), m, v


@adam_step.wrong("Divide by the root of v̂: v averages squares, and √v̂ has the gradient's unit")
def adam_step_without_root(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    corrected_m, corrected_v = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * corrected_m / (corrected_v + epsilon), m, v


@adam_step.wrong("Do not change the inputs: *=, += and -= write into the caller's arrays; make new")
def adam_step_in_place(w, g, m, v, t, rate, beta1, beta2, epsilon):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    w -= rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    return w, m, v


# --- parallel_gradient -------------------------------------------------------------------------

parallel_gradient = Question(
    "parallel_gradient", {"equal shards": 1, "unequal shards": 1, "empty shards": 1}
)


def shards(check: str, sizes: list[int], *shape: int, hidden: bool = False) -> None:
    """Adds a case; an empty shard's gradient is 0/0."""
    gradients = normal(len(sizes), *shape)
    gradients[np.array(sizes) == 0] = np.nan
    parallel_gradient.case(check, gradients, np.array(sizes), hidden=hidden)


shards("equal shards", [4, 4], 3)
shards("unequal shards", [3, 1], 2)
shards("unequal shards", [4, 4, 2], 2, 2)
shards("empty shards", [2, 1, 0], 3)
shards("equal shards", [5, 5, 5], 2, 3, hidden=True)
shards("equal shards", [7], 4, hidden=True)
shards("unequal shards", [8, 8, 8, 5], 3, 3, hidden=True)
shards("unequal shards", [1, 16], 2, 1, 4, hidden=True)
shards("empty shards", [0, 3, 0, 2], 2, 2, hidden=True)
shards("empty shards", [1, 0], 5, hidden=True)


@parallel_gradient.oracle
def parallel_gradient_example_by_example(gradients, sizes):
    examples = [
        gradients[d].ravel().tolist() for d, size in enumerate(sizes.tolist()) for _ in range(size)
    ]
    mean = [math.fsum(column) / len(examples) for column in zip(*examples, strict=True)]
    return np.array(mean).reshape(gradients.shape[1:])


@parallel_gradient.right
def parallel_gradient_by_weighted_average(gradients, sizes):
    used = sizes > 0
    return np.average(gradients[used], axis=0, weights=sizes[used])


@parallel_gradient.right
def parallel_gradient_by_loop(gradients, sizes):
    total = np.zeros(gradients.shape[1:])
    for gradient, size in zip(gradients, sizes, strict=True):
        if size:
            total += size * gradient
    return total / sum(sizes)


@parallel_gradient.right
def parallel_gradient_by_tensordot(gradients, sizes):
    shares = sizes / sizes.sum()
    empty = sizes.reshape(-1, *[1] * (gradients.ndim - 1)) == 0
    return np.tensordot(shares, np.where(empty, 0.0, gradients), axes=1)


@parallel_gradient.wrong(
    "An empty shard's gradient is NaN, and 0 × NaN is NaN: leave such shards out, or replace "
    "their gradients by 0 first"
)
def parallel_gradient_with_zero_times_nan(gradients, sizes):
    return np.tensordot(sizes / sizes.sum(), gradients, axes=1)


@parallel_gradient.wrong(
    "The mean of the devices' means is not the mean of the examples: weight each gradient by the "
    "number of examples behind it"
)
def parallel_gradient_as_mean_of_means(gradients, sizes):
    return gradients.mean(axis=0)


@parallel_gradient.wrong(
    "You leave the empty shards out, but then every other device counts the same: weight each "
    "gradient by its number of examples"
)
def parallel_gradient_as_mean_of_used_means(gradients, sizes):
    return gradients[sizes > 0].mean(axis=0)


@parallel_gradient.wrong("Divide the weighted sum by the number of examples, sum(sizes)")
def parallel_gradient_summed(gradients, sizes):
    used = sizes > 0
    return np.tensordot(sizes[used], gradients[used], axes=1)


@parallel_gradient.wrong(
    "Each gradient is weighted by its examples already: divide by the number of all examples, not "
    "by the number of devices"
)
def parallel_gradient_divided_by_devices(gradients, sizes):
    used = sizes > 0
    return np.tensordot(sizes[used], gradients[used], axes=1) / len(sizes)


@parallel_gradient.wrong(
    "Adding up the devices' gradients makes the step as many times longer as there are devices: "
    "average them, weighted by their numbers of examples"
)
def parallel_gradient_as_sum_of_means(gradients, sizes):
    return gradients[sizes > 0].sum(axis=0)


# --- batch_norm (find the bug) -----------------------------------------------------------------

batch_norm = Question("batch_norm", {"training": 1, "several channels": 1, "inference": 2})


def norm_case(check, *shape, training, momentum=0.9, epsilon=0.001, hidden=False):
    """Adds a case; the moving statistics are unlike those of the batch."""
    channels = shape[-1]
    x = 2 * normal(*shape) + normal(channels)
    weights = normal(channels), normal(channels)
    moving = normal(channels), positive(channels, scale=3.0)
    batch_norm.case(check, x, *weights, *moving, training, momentum, epsilon, hidden=hidden)


norm_case("training", 3, 2, 2, 1, training=True)
norm_case("training", 2, 1, 2, 1, training=True, momentum=0.8, epsilon=0.1)
norm_case("several channels", 2, 2, 3, 2, training=True)
norm_case("inference", 2, 2, 2, 1, training=False)
norm_case("inference", 1, 2, 2, 2, training=False, epsilon=0.1)
norm_case("training", 5, 3, 2, 1, training=True, momentum=0.99, hidden=True)
norm_case("training", 1, 4, 4, 1, training=True, momentum=0.5, epsilon=0.01, hidden=True)
norm_case("several channels", 4, 3, 3, 4, training=True, momentum=0.7, hidden=True)
norm_case("several channels", 6, 1, 1, 3, training=True, epsilon=0.2, hidden=True)
norm_case("inference", 4, 3, 2, 3, training=False, hidden=True)
norm_case("inference", 1, 1, 1, 2, training=False, momentum=0.5, hidden=True)


@batch_norm.oracle
def batch_norm_channel_by_channel(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    y, means, variances = np.zeros(x.shape), [], []
    for c in range(x.shape[-1]):
        values = x[..., c].ravel().tolist()
        mean, variance = float(moving_mean[c]), float(moving_variance[c])
        new = mean, variance
        if training:
            batch_mean = math.fsum(values) / len(values)
            batch_variance = math.fsum((a - batch_mean) ** 2 for a in values) / len(values)
            new = (
                mean + (1 - momentum) * (batch_mean - mean),
                variance + (1 - momentum) * (batch_variance - variance),
            )
            mean, variance = batch_mean, batch_variance
        scale = float(gamma[c]) / math.sqrt(variance + epsilon)
        changed = [scale * (a - mean) + float(beta[c]) for a in values]
        y[..., c] = np.array(changed).reshape(x.shape[:-1])
        means.append(new[0])
        variances.append(new[1])
    return y, np.array(means), np.array(variances)


@batch_norm.right
def batch_norm_in_two_cases(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    if training:
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    else:
        mean, variance = moving_mean, moving_variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.right
def batch_norm_as_affine_map(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = moving_mean, moving_variance
    if training:
        rows = x.reshape(-1, x.shape[-1])
        mean = rows.sum(axis=0) / len(rows)
        variance = ((rows - mean) ** 2).sum(axis=0) / len(rows)
    scale = gamma / np.sqrt(variance + epsilon)
    keep = momentum if training else 1.0
    new_mean = keep * moving_mean + (1 - keep) * mean
    new_variance = keep * moving_variance + (1 - keep) * variance
    return x * scale + (beta - mean * scale), new_mean, new_variance


@batch_norm.right
def batch_norm_channel_after_channel(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    y, means, variances = np.empty_like(x), moving_mean.copy(), moving_variance.copy()
    for c in range(x.shape[-1]):
        mean, variance = means[c], variances[c]
        if training:
            mean, variance = np.mean(x[..., c]), np.var(x[..., c])
            means[c] += (1 - momentum) * (mean - means[c])
            variances[c] += (1 - momentum) * (variance - variances[c])
        y[..., c] = (x[..., c] - mean) * gamma[c] / (variance + epsilon) ** 0.5 + beta[c]
    return y, means, variances


@batch_norm.wrong(
    "At inference nothing is learnt: leave the moving statistics as they are when training is "
    "False. Here they take in every batch, test batches too"
)
def batch_norm_learning_at_inference(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    if not training:
        mean, variance = moving_mean, moving_variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong(
    "At inference normalise with the moving statistics: with those of the test batch, the result "
    "for a picture depends on the other pictures"
)
def batch_norm_with_batch_statistics_at_inference(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    if training:
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong(
    "training makes no difference in your answer: at inference normalise with the moving "
    "statistics, and leave them as they are"
)
def batch_norm_always_in_training(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong(
    "In training normalise with the statistics of this batch; the moving ones are only collected "
    "for later"
)
def batch_norm_with_moving_statistics_in_training(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    if training:
        moving_mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=(0, 1, 2))
        moving_variance = momentum * moving_variance + (1 - momentum) * x.var(axis=(0, 1, 2))
    y = gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong(
    "One mean and one variance per channel, over all pictures and all places: axis=(0, 1, 2), "
    "not axis=0"
)
def batch_norm_per_place(x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong(
    "Momentum is the share of the old value that is kept: momentum × old + (1 − momentum) × batch"
)
def batch_norm_with_swapped_momentum(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
        moving_mean = (1 - momentum) * moving_mean + momentum * mean
        moving_variance = (1 - momentum) * moving_variance + momentum * variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong("ε is added to the variance, under the root: √(variance + ε)")
def batch_norm_with_epsilon_outside(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    y = gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta
    return y, moving_mean, moving_variance


@batch_norm.wrong("Divide the squared deviations by their number n, not by n − 1: np.var as it is")
def batch_norm_with_unbiased_variance(
    x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2), ddof=1)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


QUESTIONS = [pca_colour, learning_rate, adam_step, parallel_gradient, batch_norm]

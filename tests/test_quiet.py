"""Not one line of TensorFlow's start-up notes reaches a student; an error does."""

import subprocess
import sys


def run(code, **options):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, **options)


def test_importing_a_room_and_tensorflow_is_silent():
    done = run("import course.models, tensorflow as tf; tf.constant(1) + 1; print('ready')")
    assert (done.stdout, done.stderr) == ("ready\n", "")


def test_a_library_that_only_looks_for_tensorflow_does_not_end_the_silence():
    looks = "import importlib.util; importlib.util.find_spec('tensorflow')"
    done = run(f"import course; {looks}; import tensorflow; print('ready')")
    assert (done.stdout, done.stderr) == ("ready\n", "")


def test_grading_starts_without_tensorflow_or_keras():
    done = run("import sys, course.grading; print({'tensorflow', 'keras'} & set(sys.modules))")
    assert done.stdout == "set()\n", done.stderr


def test_a_failing_import_is_not_hidden(tmp_path):
    package = tmp_path / "tensorflow"
    package.mkdir()
    code = "import os; os.write(2, b'the reason\\n'); raise ImportError('broken')"
    (package / "__init__.py").write_text(code)
    done = run(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import course, tensorflow")
    assert done.returncode == 1
    assert "the reason" in done.stderr and "ImportError: broken" in done.stderr

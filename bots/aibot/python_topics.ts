/** Topics about Python. */

import { readTopics } from "./topic.ts";

export const PYTHON_TOPICS = readTopics(
  `
  python 2.5, python3 3, py 1.5, cpython 3, django 2, flask 2, fastapi 2, pandas 2, numpy 2,
  pythonic 3, java -4, kotlin -4, rust -4, golang -4, php -4, ruby -4, swift -4, csharp -4,
  cplusplus -4, haskell -4, scala -4, perl -4, lua -4, elixir -4
`,
  [
    {
      id: "python",
      title: "Python",
      cues: `
      learn python 1, python good 1, python hard 1, python programming 1, introduction 1, beginner 1,
      start 0.5, overview 1, javascript 0.5, hello world 2, python snake -6, pythons -4,
      monty python -6, a python -1.5, python bite -5, python skin -5
    `,
      answer: `
      Python is a readable, dynamically typed language; easy to begin with, and strong at scripts, web servers, data and automation.

      \`\`\`python
      def greet(name: str) -> str:
          return f"Hello, {name}!"

      print(greet("Parley"))
      \`\`\`
      Begin with the official tutorial (docs.python.org/3/tutorial). Ask me about Python's environments and pip, lists and dicts, strings, files, errors, classes, decorators, generators, typing, tests or asyncio.
    `,
    },
    {
      id: "python.venv",
      title: "virtual environments and pip",
      cues: `
      venv 5, virtualenv 5, virtual environment 5, environment 1.5, pip 4, pip install 1,
      install package 1.5, install library 1.5, install module 1.5, requirements txt 3, pyproject 3,
      externally managed 4, modulenotfounderror 5, no module named 4, conda 3, poetry 2, pipx 4,
      uv 1.5, dependency 1, package 1, install 1, globally 0.5
    `,
      answer: `
      Give every project its own environment, so that projects cannot break one another:

      \`\`\`sh
      python3 -m venv .venv
      . .venv/bin/activate            # Windows: .venv\\Scripts\\activate
      python -m pip install requests
      python -m pip freeze > requirements.txt
      \`\`\`
      "externally-managed-environment" means that this Python belongs to your system: make a venv, or use \`pipx\` for a program. "ModuleNotFoundError" after an install usually means that \`pip\` and \`python\` are different ones: \`python -m pip\` always matches.
    `,
    },
    {
      id: "python.collections",
      title: "lists, dicts, sets and comprehensions",
      cues: `
      unique 1.5, duplicates 1, first element 1, last element 1.5, length list 1.5, count items 1.5,
      nested list 1.5, flatten 2.5, keys 1, loop over 1, items 1, order 0.5, filter 1, map 0.7,
      frequency 1.5, comprehension 4, list 1.5, dict 3, dictionary 1.5, dictionaries 1.5, tuple 3.5,
      set 0.5, array 0.5, list comprehension 2, dict comprehension 2, merge dict 2, sort list 1.5,
      sort dict 2, append 2, slice 1.5, slicing 2, keyerror 4, defaultdict 5, counter 1, enumerate 3,
      zip 1, loop 0.5, sort 1, element 0.5, remove duplicates list 2, reverse list 1.5, mutable 1.5,
      namedtuple 4
    `,
      answer: `
      A list is ordered and can change, a tuple is ordered and cannot, a dict maps keys to values, a set holds each value once.

      \`\`\`python
      squares = [n * n for n in range(10) if n % 2 == 0]      # list comprehension
      ages = {"ann": 41, "bob": 35}
      merged = ages | {"eve": 28}                             # the right side wins
      by_value = dict(sorted(ages.items(), key=lambda item: item[1]))
      age = ages.get("joe", 0)                                # no KeyError
      unique = list(dict.fromkeys([3, 1, 3]))                 # keeps the order
      \`\`\`
    `,
    },
    {
      id: "python.strings",
      title: "strings and f-strings",
      cues: `
      number to string 1.5, format number 1.5, decimals 1, concatenation 2.5, text 0.3, trim 1.5,
      whitespace 1.5, lowercase 1.5, palindrome 2, f string 4, fstring 5, format string 2, string 1.5,
      strip 1.5, split 1, substring 3, concatenate 2, join string 2, reverse string 2, regex 1.5,
      regular expression 1.5, unicode 1, decode 1, encode 1, bytes 0.5, uppercase 1, replace 1
    `,
      answer: `
      \`\`\`python
      name, price = "tea", 3.5
      f"{name}: {price:.2f}"          # 'tea: 3.50'
      "a, b,c".split(",")             # ['a', ' b', 'c']
      ", ".join(["a", "b"])           # 'a, b'
      "parley"[::-1]                  # 'yelrap'
      "häh".encode("utf-8")           # str to bytes; .decode("utf-8") goes back
      \`\`\`
      Strings cannot be changed: \`replace\`, \`strip\` and \`upper\` return new ones. For patterns: \`re.search(r"\\d+", text)\`.
    `,
    },
    {
      id: "python.generators",
      title: "generators and iterators",
      cues: `
      generator 3, yield 3, iterator 2, itertools 4, lazy 1, iterable 2, next 0.3
    `,
      answer: `
      A function with \`yield\` is a generator: it hands out values one at a time and keeps its place, so that a huge input never has to fit into memory.

      \`\`\`python
      def lines_with(path: str, word: str):
          with open(path, encoding="utf-8") as file:
              for line in file:
                  if word in line:
                      yield line.rstrip("\\n")

      total = sum(len(line) for line in lines_with("log.txt", "error"))   # generator expression
      \`\`\`
      It can be run through once; \`list(...)\` keeps the values. \`itertools\` has \`islice\`, \`chain\`, \`batched\`.
    `,
    },
    {
      id: "python.async",
      title: "asyncio",
      cues: `
      run concurrently 1.5, parallel 1, background 1, requests at once 1, asyncio 5, async 2, await 2,
      coroutine 3.5, coroutines 3.5, gather 2, taskgroup 5, async def 3, event loop 1, create_task 5,
      aiohttp 4, asynchronous 2, task pending 2, task 0.7, blocking 1, to_thread 4, never awaited 4,
      concurrent 1, timeout 0.5
    `,
      answer: `
      \`async def\` makes a coroutine; it runs when it is awaited or made a task. \`TaskGroup\` runs several at once and cancels the rest when one fails:

      \`\`\`python
      import asyncio

      async def main() -> None:
          async with asyncio.timeout(10), asyncio.TaskGroup() as group:
              first = group.create_task(fetch("a"))
              second = group.create_task(fetch("b"))
          print(first.result(), second.result())

      asyncio.run(main())
      \`\`\`
      \`await asyncio.gather(fetch("a"), fetch("b"))\` is the older form. Never block the loop: \`await asyncio.to_thread(blocking_call)\`. Keep a reference to a task, or it may be destroyed while pending.
    `,
    },
    {
      id: "python.typing",
      title: "type hints",
      cues: `
      type hint 5, type hints 5, typing 2, mypy 5, pyright 5, annotation 2.5, annotations 2.5,
      optional str 4, type annotation 2, typevar 4, typeddict 4, protocol 0.3, type 1, hint 1.5,
      hints 1.5, dict str 2, list int 2, list str 2, optional 0.7, typecheck 2, annotate 3,
      annotate dict 1, annotate list 1, annotate function 1, type dict 2, type list 1, typed dict 3
    `,
      answer: `
      Hints are for people, editors and checkers (\`mypy\`, \`pyright\`); Python does not enforce them when it runs.

      \`\`\`python
      ages: dict[str, int] = {"ann": 41}            # keys and values; list[int], set[str], tuple[int, str]
      places: dict[str, list[float]] = {}           # an empty one says nothing of itself

      def find(names: list[str], start: str) -> str | None:
          return next((name for name in names if name.startswith(start)), None)

      class Person(TypedDict):                      # from typing; a dict with these keys
          name: str
          age: NotRequired[int]
      \`\`\`
      \`str | None\` is the present spelling of \`Optional[str]\`: the value may be \`None\`, and the checker makes you test for that. A parameter that is only read takes more as \`Mapping[str, int]\` or \`Iterable[str]\` (\`collections.abc\`). \`Protocol\` describes anything with certain methods, \`def first[T](items: list[T]) -> T\` is generic (3.12).
    `,
    },
    {
      id: "python.errors",
      title: "exceptions",
      cues: `
      fails 0.7, dies 1, assertion 1, try except 5, except 2, exception 2.5, exceptions 2.5, raise 2.5,
      traceback 4, error 1, errors 1, finally 1.5, catch 1, handle error 1.5, handle exception 2,
      valueerror 4, typeerror 1.5, indentationerror 4, attributeerror 4, stacktrace 1, debug 0.5,
      crash 0.3
    `,
      answer: `
      \`\`\`python
      class TooCold(Exception):
          """The reading is below the sensor's range."""

      try:
          reading = float(text)
      except ValueError as error:
          raise TooCold(f"not a number: {text!r}") from error
      else:
          store(reading)          # only where nothing was raised
      finally:
          sensor.close()          # always: also after return, break and errors
      \`\`\`
      Catch the narrowest type around the fewest lines; \`except Exception: pass\` hides bugs. A traceback is read from its last line upwards.
    `,
    },
    {
      id: "python.files",
      title: "files and paths",
      cues: `
      save 1, load 1, append to file 2, delete file 1.5, file exists 2, read lines 2, text file 2,
      large file 1.5, log file 1, read file 2.5, write file 2.5, open file 2.5, file 1.5, files 1.5,
      pathlib 5, csv 2, line by line 1.5, path 1, folder 0.7, directory 0.7, utf 1, encoding 1,
      json file 1, with open 3, write text 1, read json 1.5, json 1
    `,
      answer: `
      \`\`\`python
      from pathlib import Path

      with open("log.txt", encoding="utf-8") as file:     # closed by itself
          for line in file:                               # one line at a time, any size
              print(line.rstrip("\\n"))

      Path("out.txt").write_text("grüße\\n", encoding="utf-8")
      names = sorted(path.name for path in Path(".").glob("*.csv"))
      \`\`\`
      Modes: \`"r"\` read, \`"w"\` replace, \`"a"\` append, \`"x"\` new only, \`"rb"\` bytes. For CSV \`csv.DictReader(file)\`, for JSON \`json.load(file)\`.
    `,
    },
    {
      id: "python.tests",
      title: "tests with pytest",
      cues: `
      pytest 5, unittest 5, unit test 2, test 2, tests 2, testing 2, fixture 3, mock 2, monkeypatch 4,
      parametrize 4, assert 1.5, coverage 1, tdd 1
    `,
      answer: `
      \`\`\`python
      # test_prices.py: run \`python -m pytest\`
      import pytest

      @pytest.fixture
      def cart():
          return Cart(currency="EUR")         # code after a \`yield\` would clean up

      @pytest.mark.parametrize("count, total", [(0, 0), (2, 7)])
      def test_total_is_count_times_price(cart, count, total):
          cart.add("tea", 3.5, count)
          assert cart.total() == total

      def test_a_negative_count_is_refused(cart):
          with pytest.raises(ValueError):
              cart.add("tea", 3.5, -1)
      \`\`\`
      A test asks for a fixture by naming it as a parameter. \`tmp_path\` and \`monkeypatch\` are built in.
    `,
    },
    {
      id: "python.classes",
      title: "classes and dataclasses",
      cues: `
      dataclass 5, dataclasses 5, class 2, classes 2, self 2, init 2, __init__ 4, inheritance 2,
      inherit 2, object oriented 2, property 1, method 1, abstract 1, super 1, instance 1, oop 2,
      classmethod 4, staticmethod 4, dunder 4, subclass 2
    `,
      answer: `
      \`\`\`python
      from dataclasses import dataclass

      class Counter:
          def __init__(self, start: int = 0) -> None:   # runs when an object is made
              self.value = start                        # self is this one object

          def add(self, amount: int) -> None:
              self.value += amount

      @dataclass(frozen=True, slots=True)
      class Point:                                      # __init__, == and repr are written for you
          x: float
          y: float = 0.0
      \`\`\`
      Use a dataclass for what mostly holds data; an ordinary class where behaviour guards its state.
    `,
    },
    {
      id: "python.decorators",
      title: "decorators",
      cues: `
      decorator 4, decorators 4, decorate 3, functools wraps 4, wraps 3, wrapper function 2,
      lru_cache 4, at sign function 3, @ 2, memoize 2, cache function 1, above function 1
    `,
      answer: `
      A decorator takes a function and returns another in its place; \`@timed\` above \`def work\` means \`work = timed(work)\`.

      \`\`\`python
      import functools, time

      def timed(function):
          @functools.wraps(function)            # keeps the name and the docstring
          def wrapper(*args, **kwargs):
              start = time.perf_counter()
              try:
                  return function(*args, **kwargs)
              finally:
                  print(function.__name__, time.perf_counter() - start)
          return wrapper

      @timed
      def work(): ...
      \`\`\`
    `,
    },
  ],
);

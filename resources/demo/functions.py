# SPDX-License-Identifier: MIT
"""A catalogue of small Python functions with docstrings and doctests, in many variations.

A family is (names, argument-name choices, docstring wordings, body, argument generators). In the
texts {x}, {y} are arguments, {k} a constant, {w} the constant as a word; a tab in a body is one
level of indentation. Doctest results come from running the body.
"""
import hashlib

kWords = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
kTexts = ["apple", "banana", "hello", "world", "Python", "tree", "level", "radar", "moon", "River",
          "stone", "noon", "cat", "window", "Green", "sun", "book", "kayak", "tea", "cloud"]


def number(rng):
    return rng.randrange(0, 30)


def signed(rng):
    return rng.randrange(-20, 30)


def positive(rng):
    return rng.randrange(1, 25)


def small(rng):
    return rng.randrange(0, 8)


def word(rng):
    return rng.choice(kTexts)


def sentence(rng):
    return " ".join(rng.choice(kTexts) for _ in range(rng.randrange(2, 5)))


def numbers(rng):
    return [rng.randrange(-9, 20) for _ in range(rng.randrange(2, 6))]


def repeated(rng):
    return [rng.randrange(1, 5) for _ in range(rng.randrange(3, 7))]


def words(rng):
    return [rng.choice(kTexts) for _ in range(rng.randrange(2, 5))]


def letter(rng):
    return rng.choice("aeiolnrt")


def pairs(rng):
    return {rng.choice(kTexts): rng.randrange(10) for _ in range(rng.randrange(2, 4))}


# How many doctests a prompt has; the short prompts of training save most of its time.
kCounts = [1, 1, 1, 2, 2, 3]
kTrainingCounts = [0, 0, 1, 1, 1, 1, 2, 2, 3]

kN = ["n", "x", "number", "value", "num"]
kXY = ["a b", "x y", "first second", "m n", "left right"]
kList = ["numbers", "values", "items", "xs", "nums"]
kAny = ["items", "values", "things", "xs", "elements"]
kText = ["text", "s", "word", "string", "t"]
kTextList = ["words", "texts", "names", "strings", "items"]

kFamilies = [
    (["add", "sum_of_two", "plus", "add_numbers"], kXY,
     ["Return the sum of {x} and {y}.", "Add {x} and {y}.", "Return {x} plus {y}."],
     "return {x} + {y}", [signed, signed]),
    (["subtract", "difference", "minus"], kXY,
     ["Return {x} minus {y}.", "Subtract {y} from {x}.", "Return the difference of {x} and {y}."],
     "return {x} - {y}", [signed, signed]),
    (["multiply", "product_of_two", "times"], kXY,
     ["Return the product of {x} and {y}.", "Multiply {x} by {y}.", "Return {x} times {y}."],
     "return {x} * {y}", [small, number]),
    (["larger", "max_of_two", "bigger"], kXY,
     ["Return the larger of {x} and {y}.", "Return the maximum of {x} and {y}.",
      "Return the bigger one of {x} and {y}."],
     "if {x} > {y}:\n\treturn {x}\nreturn {y}", [signed, signed]),
    (["smaller", "min_of_two", "lesser"], kXY,
     ["Return the smaller of {x} and {y}.", "Return the minimum of {x} and {y}.",
      "Return the lesser one of {x} and {y}."],
     "if {x} < {y}:\n\treturn {x}\nreturn {y}", [signed, signed]),
    (["add_{w}", "plus_{w}", "increase_by_{w}"], kN,
     ["Return {x} plus {k}.", "Add {k} to {x}.", "Return {x} increased by {k}."],
     "return {x} + {k}", [signed]),
    (["subtract_{w}", "minus_{w}", "decrease_by_{w}"], kN,
     ["Return {x} minus {k}.", "Subtract {k} from {x}.", "Return {x} decreased by {k}."],
     "return {x} - {k}", [signed]),
    (["times_{w}", "multiply_by_{w}"], kN,
     ["Return {x} times {k}.", "Multiply {x} by {k}.", "Return {k} times {x}."],
     "return {x} * {k}", [small]),
    (["is_divisible_by_{w}", "is_multiple_of_{w}", "divides_{w}"], kN,
     ["Return True if {x} is divisible by {k}.", "Return whether {x} is a multiple of {k}.",
      "Tell whether {x} can be divided by {k}."],
     "return {x} % {k} == 0", [positive]),
    (["remainder_{w}", "mod_{w}"], kN,
     ["Return the remainder of {x} divided by {k}.", "Return {x} modulo {k}."],
     "return {x} % {k}", [positive]),
    (["is_greater_than_{w}", "is_above_{w}", "exceeds_{w}"], kN,
     ["Return True if {x} is greater than {k}.", "Return whether {x} is above {k}.",
      "Tell whether {x} is more than {k}."],
     "return {x} > {k}", [small]),
    (["is_less_than_{w}", "is_below_{w}", "is_under_{w}"], kN,
     ["Return True if {x} is less than {k}.", "Return whether {x} is below {k}.",
      "Tell whether {x} is smaller than {k}."],
     "return {x} < {k}", [small]),
    (["power_{w}", "to_the_power_{w}"], kN,
     ["Return {x} to the power of {k}.", "Raise {x} to the power {k}."],
     "return {x} ** {k}", [small]),
    (["is_even", "check_even", "even"], kN,
     ["Return True if {x} is even.", "Return whether {x} is an even number.",
      "Tell whether {x} is even."], "return {x} % 2 == 0", [number]),
    (["is_odd", "check_odd", "odd"], kN,
     ["Return True if {x} is odd.", "Return whether {x} is an odd number.",
      "Tell whether {x} is odd."], "return {x} % 2 == 1", [number]),
    (["square", "squared"], kN,
     ["Return the square of {x}.", "Return {x} times itself.", "Square the number {x}."],
     "return {x} * {x}", [small]),
    (["cube", "cubed"], kN, ["Return the cube of {x}.", "Return {x} to the third power."],
     "return {x} * {x} * {x}", [small]),
    (["double", "twice"], kN,
     ["Return twice {x}.", "Double the number {x}.", "Return the double of {x}."],
     "return 2 * {x}", [signed]),
    (["half", "halve"], kN,
     ["Return half of {x}, rounded down.", "Return {x} divided by 2 as a whole number."],
     "return {x} // 2", [number]),
    (["negate", "negative", "opposite"], kN,
     ["Return the negative of {x}.", "Return {x} with its sign changed."],
     "return -{x}", [signed]),
    (["absolute", "absolute_value", "magnitude"], kN,
     ["Return the absolute value of {x}.", "Return {x} without its sign."],
     "if {x} < 0:\n\treturn -{x}\nreturn {x}", [signed]),
    (["sign", "sign_of"], kN,
     ["Return 1, 0 or -1: the sign of {x}.", "Return the sign of {x} as 1, 0 or -1."],
     "if {x} > 0:\n\treturn 1\nif {x} < 0:\n\treturn -1\nreturn 0", [signed]),
    (["is_positive", "positive"], kN,
     ["Return True if {x} is positive.", "Return whether {x} is greater than zero."],
     "return {x} > 0", [signed]),
    (["is_negative", "below_zero"], kN,
     ["Return True if {x} is negative.", "Return whether {x} is less than zero."],
     "return {x} < 0", [signed]),
    (["factorial", "fact"], kN,
     ["Return the factorial of {x}.", "Return the product of all numbers from 1 to {x}."],
     "result = 1\nfor i in range(1, {x} + 1):\n\tresult *= i\nreturn result", [small]),
    (["fibonacci", "fib"], kN,
     ["Return the Fibonacci number at index {x}.", "Return Fibonacci number {x}."],
     "a, b = 0, 1\nfor i in range({x}):\n\ta, b = b, a + b\nreturn a", [small]),
    (["sum_to", "triangle", "sum_up_to"], kN,
     ["Return the sum of all numbers from 1 to {x}.", "Add up the numbers from 1 to {x}."],
     "total = 0\nfor i in range(1, {x} + 1):\n\ttotal += i\nreturn total", [small]),
    (["is_prime", "check_prime", "prime"], kN,
     ["Return True if {x} is a prime number.", "Return whether {x} is prime.",
      "Tell whether {x} is prime."],
     "if {x} < 2:\n\treturn False\nfor i in range(2, {x}):\n\tif {x} % i == 0:\n\t\treturn False\n"
     "return True", [positive]),
    (["primes_up_to", "list_primes", "get_primes"], kN,
     ["Return a list of all primes up to {x}.", "Return all prime numbers from 2 to {x}."],
     "primes = []\nfor i in range(2, {x} + 1):\n\tif all(i % p for p in primes):\n"
     "\t\tprimes.append(i)\nreturn primes", [positive]),
    (["divisors", "get_divisors", "factors"], kN,
     ["Return a list of the divisors of {x}.", "Return all numbers that divide {x}."],
     "return [i for i in range(1, {x} + 1) if {x} % i == 0]", [positive]),
    (["gcd", "greatest_common_divisor"], kXY,
     ["Return the greatest common divisor of {x} and {y}.",
      "Return the largest number that divides {x} and {y}."],
     "while {y}:\n\t{x}, {y} = {y}, {x} % {y}\nreturn {x}", [positive, positive]),
    (["digit_sum", "sum_of_digits", "sum_digits"], kN,
     ["Return the sum of the digits of {x}.", "Add up the digits of {x}."],
     "return sum(int(d) for d in str({x}))", [lambda r: r.randrange(1000)]),
    (["count_digits", "number_of_digits"], kN,
     ["Return the number of digits of {x}.", "Count the digits of {x}."],
     "return len(str({x}))", [lambda r: r.choice([r.randrange(10), r.randrange(10000)])]),
    (["countdown", "count_down"], kN,
     ["Return a list that counts down from {x} to 1.", "Return the numbers from {x} down to 1."],
     "return list(range({x}, 0, -1))", [small]),
    (["celsius_to_fahrenheit", "to_fahrenheit"], ["celsius", "c", "degrees", "t"],
     ["Convert {x} degrees Celsius to Fahrenheit.", "Return {x} Celsius in degrees Fahrenheit."],
     "return {x} * 9 / 5 + 32", [lambda r: 5 * r.randrange(-4, 12)]),
    (["rectangle_area", "area_of_rectangle", "area"], ["width height", "w h", "a b"],
     ["Return the area of a rectangle.", "Return the area of a rectangle with sides {x} and {y}."],
     "return {x} * {y}", [small, small]),
    (["rectangle_perimeter", "perimeter"], ["width height", "w h", "a b"],
     ["Return the perimeter of a rectangle.",
      "Return the perimeter of a rectangle with sides {x} and {y}."],
     "return 2 * ({x} + {y})", [small, small]),
    (["average_of_two", "mean_of_two", "middle"], kXY,
     ["Return the average of {x} and {y}.", "Return the mean of {x} and {y}."],
     "return ({x} + {y}) / 2", [number, number]),
    (["sum_list", "total", "sum_of_list", "add_all"], kList,
     ["Return the sum of a list of numbers.", "Return the sum of all numbers in {x}.",
      "Add up all the numbers in {x}."],
     "total = 0\nfor value in {x}:\n\ttotal += value\nreturn total".replace("value", "v"),
     [numbers]),
    (["product_list", "product", "multiply_all"], kList,
     ["Return the product of all numbers in {x}.", "Multiply all the numbers in {x}."],
     "result = 1\nfor v in {x}:\n\tresult *= v\nreturn result", [repeated]),
    (["average", "mean"], kList,
     ["Return the average of the numbers in {x}.", "Return the mean of a list of numbers."],
     "return sum({x}) / len({x})", [numbers]),
    (["largest", "find_max", "maximum"], kList,
     ["Return the largest number in {x}.", "Return the maximum of a list of numbers."],
     "best = {x}[0]\nfor v in {x}:\n\tif v > best:\n\t\tbest = v\nreturn best", [numbers]),
    (["smallest", "find_min", "minimum"], kList,
     ["Return the smallest number in {x}.", "Return the minimum of a list of numbers."],
     "best = {x}[0]\nfor v in {x}:\n\tif v < best:\n\t\tbest = v\nreturn best", [numbers]),
    (["only_even", "get_evens", "filter_even"], kList,
     ["Return the even numbers in {x}.", "Return a list of all even numbers in {x}."],
     "return [v for v in {x} if v % 2 == 0]", [numbers]),
    (["only_odd", "get_odds", "filter_odd"], kList,
     ["Return the odd numbers in {x}.", "Return a list of all odd numbers in {x}."],
     "return [v for v in {x} if v % 2 == 1]", [numbers]),
    (["only_positive", "get_positives", "filter_positive"], kList,
     ["Return the positive numbers in {x}.", "Return a list of all positive numbers in {x}."],
     "return [v for v in {x} if v > 0]", [numbers]),
    (["count_positive", "number_of_positives"], kList,
     ["Return how many numbers in {x} are positive.", "Count the positive numbers in {x}."],
     "return sum(1 for v in {x} if v > 0)", [numbers]),
    (["above_{w}", "greater_than_{w}", "filter_above_{w}"], kList,
     ["Return the numbers in {x} that are greater than {k}.",
      "Return a list of all numbers in {x} above {k}."],
     "return [v for v in {x} if v > {k}]", [numbers]),
    (["add_{w}_to_all", "increase_all_by_{w}"], kList,
     ["Return a list with {k} added to every number in {x}.", "Add {k} to every number in {x}."],
     "return [v + {k} for v in {x}]", [numbers]),
    (["multiply_all_by_{w}", "scale_by_{w}"], kList,
     ["Return a list with every number in {x} times {k}.", "Multiply every number in {x} by {k}."],
     "return [v * {k} for v in {x}]", [repeated]),
    (["square_all", "squares", "squared_list"], kList,
     ["Return a list of the squares of the numbers in {x}.", "Square every number in {x}."],
     "return [v * v for v in {x}]", [repeated]),
    (["first_{w}", "take_{w}"], kAny,
     ["Return the first {k} elements of {x}.", "Return a list of the first {k} items of {x}."],
     "return {x}[:{k}]", [repeated]),
    (["last_{w}", "take_last_{w}"], kAny,
     ["Return the last {k} elements of {x}.", "Return a list of the last {k} items of {x}."],
     "return {x}[-{k}:]", [repeated]),
    (["first", "first_element", "head"], kAny,
     ["Return the first element of {x}.", "Return the first item of the list {x}."],
     "return {x}[0]", [numbers]),
    (["last", "last_element"], kAny,
     ["Return the last element of {x}.", "Return the last item of the list {x}."],
     "return {x}[-1]", [numbers]),
    (["reverse_list", "reversed_list", "backwards"], kAny,
     ["Return {x} in reverse order.", "Return the list {x} reversed."],
     "return {x}[::-1]", [numbers]),
    (["sort_list", "sorted_list", "in_order"], kAny,
     ["Return {x} sorted from smallest to largest.", "Return the list {x} in ascending order."],
     "return sorted({x})", [numbers]),
    (["sort_descending", "sort_down"], kAny,
     ["Return {x} sorted from largest to smallest.", "Return the list {x} in descending order."],
     "return sorted({x}, reverse=True)", [numbers]),
    (["unique", "remove_duplicates", "distinct"], kAny,
     ["Return {x} without duplicates, in order.", "Remove the duplicates from {x}, keep the order."],
     "result = []\nfor v in {x}:\n\tif v not in result:\n\t\tresult.append(v)\nreturn result",
     [repeated]),
    (["count_items", "length", "size"], kAny,
     ["Return the number of elements in {x}.", "Return how many items are in {x}."],
     "return len({x})", [repeated]),
    (["count_value", "count_in_list", "occurrences"], ["items v", "values target", "xs x"],
     ["Return how often {y} occurs in {x}.", "Count how many times {y} is in {x}."],
     "return {x}.count({y})", [repeated, lambda r: r.randrange(1, 5)]),
    (["contains", "is_in", "has_item"], ["items v", "values target", "xs x"],
     ["Return True if {y} is in {x}.", "Return whether {x} contains {y}."],
     "return {y} in {x}", [repeated, lambda r: r.randrange(1, 7)]),
    (["dot_product", "dot"], kXY[:2],
     ["Return the dot product of {x} and {y}.", "Return the sum of products of {x} and {y}."],
     "return sum(p * q for p, q in zip({x}, {y}))",
     [lambda r: [r.randrange(5), r.randrange(5)], lambda r: [r.randrange(5), r.randrange(5)]]),
    (["reverse", "reverse_string", "reversed_text"], kText,
     ["Return {x} reversed.", "Return the string {x} backwards."], "return {x}[::-1]", [word]),
    (["is_palindrome", "palindrome", "check_palindrome"], kText,
     ["Return True if {x} is a palindrome.", "Return whether {x} reads the same backwards."],
     "return {x} == {x}[::-1]", [word]),
    (["count_vowels", "number_of_vowels", "vowels"], kText,
     ["Return the number of vowels in {x}.", "Count the vowels in {x}."],
     "return sum(1 for c in {x}.lower() if c in 'aeiou')", [word]),
    (["remove_vowels", "without_vowels"], kText,
     ["Return {x} without its vowels.", "Remove all vowels from {x}."],
     "return ''.join(c for c in {x} if c.lower() not in 'aeiou')", [word]),
    (["shout", "to_upper", "upper_case"], kText,
     ["Return {x} in upper case.", "Return {x} with all letters in capitals."],
     "return {x}.upper()", [word]),
    (["whisper", "to_lower", "lower_case"], kText,
     ["Return {x} in lower case.", "Return {x} with all letters small."],
     "return {x}.lower()", [word]),
    (["capitalize", "capitalize_first"], kText,
     ["Return {x} with a capital first letter.", "Return {x} with its first letter in upper case."],
     "return {x}[:1].upper() + {x}[1:]", [word]),
    (["count_words", "word_count", "number_of_words"], kText[:4:3] + ["text", "sentence"],
     ["Return the number of words in {x}.", "Count the words in {x}."],
     "return len({x}.split())", [sentence]),
    (["first_word", "get_first_word"], ["text", "s", "sentence", "line"],
     ["Return the first word of {x}.", "Return the word that {x} begins with."],
     "return {x}.split()[0]", [sentence]),
    (["longest_word", "find_longest"], kTextList,
     ["Return the longest string in {x}.", "Return the longest word in the list {x}."],
     "return max({x}, key=len)", [words]),
    (["shortest_word", "find_shortest"], kTextList,
     ["Return the shortest string in {x}.", "Return the shortest word in the list {x}."],
     "return min({x}, key=len)", [words]),
    (["word_lengths", "lengths"], kTextList,
     ["Return a list of the lengths of the strings in {x}.", "Return the length of every word in {x}."],
     "return [len(w) for w in {x}]", [words]),
    (["join_words", "join_with_spaces"], kTextList,
     ["Join the strings in {x} with spaces.", "Return the words in {x} as one string with spaces."],
     "return ' '.join({x})", [words]),
    (["repeat_{w}_times", "repeat_{w}"], kText,
     ["Return {x} repeated {k} times.", "Repeat the string {x} {k} times."],
     "return {x} * {k}", [word]),
    (["count_letter", "count_char"], ["text letter", "s c", "word char"],
     ["Return how often {y} occurs in {x}.", "Count how many times {y} is in {x}."],
     "return {x}.count({y})", [word, letter]),
    (["starts_with", "begins_with"], ["text letter", "s prefix", "word start"],
     ["Return True if {x} starts with {y}.", "Return whether {x} begins with {y}."],
     "return {x}.startswith({y})", [word, letter]),
    (["remove_spaces", "without_spaces"], ["text", "s", "string", "line"],
     ["Return {x} without spaces.", "Remove all spaces from {x}."],
     "return {x}.replace(' ', '')", [sentence]),
    (["greet", "say_hello", "greeting"], ["name", "person", "who"],
     ["Return a greeting for {x}.", "Return the text 'Hello, ' followed by {x}."],
     "return 'Hello, ' + {x}", [word]),
    (["fizzbuzz", "fizz_buzz"], kN,
     ["Return 'Fizz', 'Buzz', 'FizzBuzz' or {x} as a string.", "Return the FizzBuzz word for {x}."],
     "if {x} % 15 == 0:\n\treturn 'FizzBuzz'\nif {x} % 3 == 0:\n\treturn 'Fizz'\n"
     "if {x} % 5 == 0:\n\treturn 'Buzz'\nreturn str({x})", [positive]),
    (["is_leap_year", "leap_year"], ["year", "y"],
     ["Return True if {x} is a leap year.", "Return whether the year {x} has 366 days."],
     "return {x} % 4 == 0 and ({x} % 100 != 0 or {x} % 400 == 0)",
     [lambda r: r.choice([1900, 2000, r.randrange(1900, 2030), 4 * r.randrange(475, 507)])]),
    (["sum_of_values", "total_of_values"], ["d", "table", "scores", "counts"],
     ["Return the sum of the values of the dictionary {x}.", "Add up all values in the dictionary {x}."],
     "return sum({x}.values())", [pairs]),
]

# What people ask for in their own words: first name of a family -> phrases.
kPhrases = {
    "add": ["adds two numbers", "returns the sum of two numbers"],
    "subtract": ["subtracts two numbers", "returns the difference of two numbers"],
    "multiply": ["multiplies two numbers", "returns the product of two numbers"],
    "larger": ["returns the larger of two numbers", "finds the maximum of two numbers"],
    "smaller": ["returns the smaller of two numbers", "finds the minimum of two numbers"],
    "is_even": ["checks whether a number is even", "checks if a number is even"],
    "is_odd": ["checks whether a number is odd", "checks if a number is odd"],
    "square": ["squares a number", "returns the square of a number"],
    "double": ["doubles a number", "returns twice a number"],
    "absolute": ["returns the absolute value of a number"],
    "factorial": ["computes the factorial of a number", "returns the factorial of n"],
    "fibonacci": ["computes Fibonacci numbers", "returns the n-th Fibonacci number"],
    "sum_to": ["adds the numbers from 1 to n", "returns the sum of the numbers from 1 to n"],
    "is_prime": ["checks whether a number is prime", "checks if a number is prime", "tests for primes"],
    "primes_up_to": ["lists the primes up to n", "returns all primes up to n", "finds all primes up to n"],
    "divisors": ["lists the divisors of a number", "finds all divisors of a number"],
    "gcd": ["computes the greatest common divisor of two numbers", "computes the gcd"],
    "digit_sum": ["adds the digits of a number", "computes the digit sum of a number"],
    "countdown": ["counts down from n to 1"],
    "celsius_to_fahrenheit": ["converts Celsius to Fahrenheit"],
    "rectangle_area": ["computes the area of a rectangle"],
    "sum_list": ["adds all numbers in a list", "returns the sum of a list"],
    "product_list": ["multiplies all numbers in a list"],
    "average": ["computes the average of a list", "returns the mean of a list of numbers"],
    "largest": ["finds the largest number in a list", "returns the maximum of a list"],
    "smallest": ["finds the smallest number in a list", "returns the minimum of a list"],
    "only_even": ["keeps the even numbers of a list", "filters the even numbers of a list"],
    "reverse_list": ["reverses a list"],
    "sort_list": ["sorts a list", "sorts a list of numbers"],
    "unique": ["removes duplicates from a list"],
    "reverse": ["reverses a string", "returns a string backwards"],
    "is_palindrome": ["checks whether a string is a palindrome", "checks if a word is a palindrome"],
    "count_vowels": ["counts the vowels in a string", "counts vowels"],
    "shout": ["turns a string into upper case"],
    "count_words": ["counts the words in a text", "counts words"],
    "longest_word": ["finds the longest word in a list"],
    "greet": ["greets a person", "says hello"],
    "fizzbuzz": ["plays FizzBuzz", "solves FizzBuzz"],
    "is_leap_year": ["checks whether a year is a leap year"],
    "dot_product": ["computes the dot product of two lists"],
}


class Variation:
    """One choice of family, names, constant, wording and indentation; doctests are drawn apart."""

    def __init__(self, rng):
        self.family = rng.randrange(len(kFamilies))
        names, arguments, wordings, body, self.generators = kFamilies[self.family]
        k = rng.randrange(2, 11)
        fields = {"k": k, "w": kWords[k]}
        self.arguments = rng.choice(arguments).split()
        fields.update(zip("xy", self.arguments))
        self.name = rng.choice(names).format(**fields)
        self.wording = rng.choice(wordings).format(**fields)
        self.body = body.format(**fields) if "{x}" in body else body
        self.identity = f"{self.family} {self.name} {self.arguments} {self.wording}"

    def isHeldOut(self):
        """One variation in twelve never occurs in training, in any format."""
        return hashlib.sha256(self.identity.encode()).digest()[0] % 12 == 0

    def signature(self):
        return f"def {self.name}({', '.join(self.arguments)}):\n"

    def indented(self, unit):
        return "".join(unit + line.replace("\t", unit) + "\n" for line in self.body.split("\n"))

    def doctests(self, rng, count):
        space = {}
        exec(self.signature() + self.indented("    "), space)
        lines = []
        for _ in range(count):
            arguments = [generate(rng) for generate in self.generators]
            shown = ", ".join(repr(a) for a in arguments)
            lines += [f">>> {self.name}({shown})", repr(space[self.name](*arguments))]
        return lines

    def prompt(self, rng, unit="    ", count=None):
        """Signature and docstring; the body follows on the next line."""
        count = rng.choice(kCounts) if count is None else count
        lines = [f'"""{self.wording}'] if rng.random() < 0.5 else ['"""', self.wording]
        if count:
            lines += ([""] if rng.random() < 0.4 else []) + self.doctests(rng, count)
            lines.append('"""')
        elif len(lines) == 2:
            lines.append('"""')
        else:
            lines[0] += '"""'
        return self.signature() + "".join(unit + s + "\n" if s else "\n" for s in lines)


def draw(rng, heldOut=False):
    while True:
        variation = Variation(rng)
        if variation.isHeldOut() == heldOut:
            return variation

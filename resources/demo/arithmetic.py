# SPDX-License-Identifier: MIT
"""Questions about addition, subtraction and small products, with worked steps."""
import hashlib

kNames = ["Tom", "Anna", "Ben", "Mia", "Sam", "Lucy", "Max", "Ella", "Leo", "Nora"]
kThings = ["apples", "books", "coins", "pens", "stones", "cards", "eggs", "cups", "shells", "stamps"]

kAddition = ["What is {a} + {b}?", "What is {a} plus {b}?", "Compute {a} + {b}.", "{a} + {b}",
             "Add {a} and {b}.", "{a} plus {b}", "How much is {a} + {b}?",
             "Calculate {a} + {b}.", "{a} + {b} = ?", "What is the sum of {a} and {b}?",
             "what is {a}+{b}", "{a}+{b}"]
kSubtraction = ["What is {a} - {b}?", "What is {a} minus {b}?", "Compute {a} - {b}.", "{a} - {b}",
                "Subtract {b} from {a}.", "{a} minus {b}", "How much is {a} - {b}?",
                "Calculate {a} - {b}.", "{a} - {b} = ?", "What is {a} take away {b}?",
                "what is {a}-{b}", "{a}-{b}"]
kProduct = ["What is {a} * {b}?", "What is {a} times {b}?", "Compute {a} * {b}.", "{a} * {b}",
            "Multiply {a} by {b}.", "{a} times {b}", "How much is {a} times {b}?"]
kBeyond = ["What is {a} {s} {b}?", "Compute {a} {s} {b}.", "{a} {s} {b}", "How much is {a} {s} {b}?", "{a}{s}{b}",
           "Calculate {a} {s} {b}."]
kBeyondReply = (" I can only add and subtract numbers below 100 and multiply up to 12. I am a small demo model; "
                "for more open a Phi-2 GGUF file with File, Open model.")
kMore = ["{n} has {a} {t} and gets {b} more. How many {t} does {n} have now?",
         "{n} has {a} {t}. A friend gives {n} {b} more {t}. How many {t} are there in all?",
         "There are {a} {t} on the table and {b} {t} in a box. How many {t} are there together?",
         "{n} finds {a} {t} in the morning and {b} {t} in the evening. How many {t} is that?"]
kFewer = ["{n} has {a} {t} and gives away {b}. How many {t} are left?",
          "There are {a} {t} in a box. {n} takes {b} of them. How many {t} are left?",
          "{n} had {a} {t} and lost {b} of them. How many {t} does {n} still have?"]


def isHeldOut(sign, a, b):
    """One pair in twelve never occurs in training, in any wording or format."""
    digest = hashlib.sha256(f"{sign} {a} {b}".encode()).digest()
    return digest[0] % 12 == 0


def addSteps(a, b):
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}."
    ones = a % 10 + b % 10
    carry = ones // 10
    text = f"{a % 10} + {b % 10} = {ones}, write {ones % 10}"
    text += " carry 1; " if carry else "; "
    tens = [d for d in (a // 10, b // 10) if d] + ([1] if carry else [])
    if len(tens) == 1:
        return text + f"tens {tens[0]}."
    return text + " + ".join(map(str, tens)) + f" = {sum(tens)}."


def subtractSteps(a, b):
    """Steps for a >= b."""
    if a < 10 and b < 10:
        return f"{a} - {b} = {a - b}."
    borrow = a % 10 < b % 10
    ones = a % 10 + 10 * borrow
    text = f"borrow 1, {ones}" if borrow else f"{ones}"
    text += f" - {b % 10} = {ones - b % 10}, write {ones - b % 10}; "
    tens = f"{a // 10}" + (" - 1" if borrow else "") + (f" - {b // 10}" if b >= 10 else "")
    value = a // 10 - borrow - b // 10
    return text + (f"{tens} = {value}." if " " in tens else f"tens {value}.")


def reply(sign, a, b):
    """The worked answer; begins with a space and ends `The answer is N.`"""
    head = f" {a} {sign} {b}: "
    if sign == "+":
        return head + addSteps(a, b) + f" The answer is {a + b}."
    if sign == "-" and a >= b:
        return head + subtractSteps(a, b) + f" The answer is {a - b}."
    if sign == "-":
        return (head + f"{a} is less than {b}, so turn it around, {b} - {a}: "
                + subtractSteps(b, a) + f" The answer is {a - b}.")
    return head + f"{a} * {b} = {a * b}. The answer is {a * b}."


def drawNumber(rng):
    return rng.randrange(10) if rng.random() < 0.15 else rng.randrange(100)


def drawPair(rng, heldOut=False):
    while True:
        sign = "+" if rng.random() < 0.45 else "-"
        a, b = drawNumber(rng), drawNumber(rng)
        if sign == "-" and a < b and rng.random() < 0.4:
            a, b = b, a
        if isHeldOut(sign, a, b) == heldOut:
            return sign, a, b


def question(rng, sign, a, b):
    if sign != "*" and a > 1 and b > 1 and (sign == "+" or a > b) and rng.random() < 0.15:
        template = rng.choice(kMore if sign == "+" else kFewer)
        return template.format(a=a, b=b, n=rng.choice(kNames), t=rng.choice(kThings))
    table = {"+": kAddition, "-": kSubtraction, "*": kProduct}[sign]
    index = 0 if rng.random() < 0.25 else rng.randrange(len(table))
    return table[index].format(a=a, b=b)


def beyond(rng):
    """A question out of range and a reply that says so."""
    sign = rng.choice("++--*/")
    a, b = rng.randrange(100, rng.choice([1000, 10000])), rng.randrange(1, rng.choice([100, 1000]))
    if sign == "*" and rng.random() < 0.5:
        a, b = rng.randrange(13, 100), rng.randrange(13, 100)
    elif sign == "/":
        a, b = rng.randrange(1, 100), rng.randrange(1, 20)
    elif rng.random() < 0.5:
        a, b = b, a
    return rng.choice(kBeyond).format(a=a, b=b, s=sign), kBeyondReply


def draw(rng, heldOut=False):
    """(question, reply, number)."""
    if not heldOut and rng.random() < 0.06:
        sign, a, b = "*", rng.randrange(13), rng.randrange(13)
        value = a * b
    else:
        sign, a, b = drawPair(rng, heldOut)
        value = a + b if sign == "+" else a - b
    return question(rng, sign, a, b), reply(sign, a, b), value

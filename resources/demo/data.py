# SPDX-License-Identifier: MIT
"""The corpus of the demo model: a document is a function of a random state and nothing else.

    python3 resources/demo/data.py --sample 20      prints documents
    python3 resources/demo/data.py --tokenizer      trains tokenizer.json on the corpus
    python3 resources/demo/data.py --held-out FILE  writes the held-out prompts
    python3 resources/demo/data.py --leaks 30000    looks for held-out prompts in documents
"""
import argparse
import json
import os
import random
from dataclasses import dataclass, field

import arithmetic
import facts
import functions
import talk

# Share of documents of each kind.
kMixture = {"arithmetic": 0.50, "function": 0.20, "write": 0.06, "talk": 0.12, "turns": 0.08, "text": 0.04}
kMerges = 1753
kWishes = ["Write a Python function {n} that does this: {d}", "Write a Python function. {d}",
           "Write a function called {n}. {d}", "Write a Python function {n}: {d}", "In Python: {d}",
           "Please write a Python function. {d}", "Code a function {n} in Python. {d}"]
kOwnWords = ["Write a Python function that {p}.", "Write a function that {p}.", "Write a Python function that {p}.",
             "Can you write a function that {p}?", "Please write a Python function that {p}.",
             "I need a Python function that {p}.", "Show me a function that {p}.", "Write Python code that {p}."]
kPrintPrime = ('def print_prime(n):\n   """\n   Print all primes between 1 and n\n   """\n',
               "   for num in range(2, n + 1):\n      if all(num % i for i in range(2, num)):\n"
               "         print(num)\n")


@dataclass
class Document:
    """Text in parts: (text, scored, closes). A part that closes is followed by end-of-text as the
    target, even where the document goes on with another turn."""
    kind: str
    parts: list = field(default_factory=list)

    def text(self):
        return "".join(text for text, _, _ in self.parts)


@dataclass
class Encoded:
    kind: str
    ids: list
    targets: list


def turnsDocument(kind, exchanges, labels=("Alice", "Bob")):
    document, lead = Document(kind), ""
    user, model = labels
    for question, reply in exchanges:
        document.parts += [(f"{lead}{user}: {question}\n{model}:", False, False), (reply, True, True)]
        lead = "\n"
    return document


def asked(rng, kind, question, reply):
    """One question and its reply in the chat or the question format."""
    if rng.random() < 0.5:
        return turnsDocument(kind, [(question, reply)])
    return Document(kind, [(f"Instruct: {question}\nOutput:", False, False), (reply, True, True)])


def functionDocument(rng):
    if rng.random() < 0.01:
        return Document("function", [(kPrintPrime[0], True, False), (kPrintPrime[1], True, True)])
    variation = functions.draw(rng)
    unit = " " * (4 if rng.random() < 0.9 else rng.choice([2, 3, 8]))
    count = rng.choice(functions.kTrainingCounts)
    prompt, body = variation.prompt(rng, unit, count), variation.indented(unit)
    if rng.random() < 0.05:
        prompt = variation.signature()
    if rng.random() < 0.3:
        prompt, body = prompt[:-1], "\n" + body
    return Document("function", [(prompt, count == 0 and rng.random() < 0.5, False), (body, True, True)])


def writeExchange(rng):
    variation = functions.draw(rng)
    wording = variation.wording
    wish = rng.choice(kWishes).format(n=variation.name, d=wording)
    if rng.random() < 0.4 and wording.startswith("Return "):
        rest = wording[len("Return "):]
        wish = rng.choice([f"Write a Python function that returns {rest}",
                           f"Write a function that returns {rest}",
                           f"Write a Python function {variation.name} that returns {rest}"])
    phrases = functions.kPhrases.get(functions.kFamilies[variation.family][0][0])
    if phrases and rng.random() < 0.6:
        wish = rng.choice(kOwnWords).format(p=rng.choice(phrases))
    if rng.random() < 0.1:
        wish = wish.rstrip(".").lower()
    code = (variation.signature() + f'    """{wording}"""\n' + variation.indented("    "))
    return wish, f" Here is the function.\n\n```python\n{code}```"


def writeDocument(rng):
    return asked(rng, "write", *writeExchange(rng))


def arithmeticDocument(rng):
    if rng.random() < 0.04:
        return asked(rng, "arithmetic", *arithmetic.beyond(rng))
    question, reply, _ = arithmetic.draw(rng)
    if rng.random() < 0.1:
        head, rest = reply.split(":", 1)
        return Document("arithmetic", [(head[1:] + ":", False, False), (rest, True, True)])
    return asked(rng, "arithmetic", question, reply)


def turns(rng):
    exchanges = []
    for _ in range(rng.choice([2, 2, 2, 3, 3, 4])):
        roll = rng.random()
        if roll < 0.2:
            exchanges += talk.remember(rng)[:rng.choice([1, 2, 2])]
        elif roll < 0.42:
            exchanges.append(arithmetic.draw(rng)[:2])
        elif roll < 0.5:
            exchanges.append(writeExchange(rng))
        else:
            exchanges.append(talk.draw(rng))
    if rng.random() < 0.2:
        first, second = talk.remember(rng)
        between = [talk.draw(rng)] if rng.random() < 0.6 else []
        exchanges = [first, *between, second]
    labels = ("Alice", "Bob") if rng.random() < 0.6 else ("Instruct", "Output")
    return turnsDocument("turns", exchanges[:5], labels)


def textDocument(rng):
    if rng.random() < 0.35:
        return Document("text", [(facts.story(rng), True, True)])
    topics = rng.sample(list(facts.kDefinitions), rng.choice([1, 1, 2]))
    paragraphs = []
    for topic in topics:
        title = topic[0].upper() + topic[1:]
        title = rng.choice(["", title + "\n\n", f"Lesson: {title}\n\n"])
        paragraphs.append(title + facts.kDefinitions[topic])
    return Document("text", [("\n\n".join(paragraphs), True, True)])


kMakers = {
    "arithmetic": arithmeticDocument,
    "function": functionDocument,
    "write": writeDocument,
    "talk": lambda rng: asked(rng, "talk", *talk.draw(rng)),
    "turns": turns,
    "text": textDocument,
}


def makeDocument(rng):
    kind = rng.choices(list(kMixture), list(kMixture.values()))[0]
    return kMakers[kind](rng)


def encodeDocument(tokenizer, document):
    """Ids, and for each position the target id, or -1 where no loss is taken.

    Parts are encoded apart, as the program encodes a prompt before it generates the reply.
    """
    ids, targets = [], []
    for text, scored, closes in document.parts:
        part = tokenizer.encode(text)
        if ids and scored:
            targets[-1] = part[0]
        ids += part
        targets += (part[1:] + [-1]) if scored else [-1] * len(part)
        if closes:
            targets[-1] = tokenizer.end
    return Encoded(document.kind, ids[:512], targets[:512])


def heldOutSets():
    rng = random.Random(77)
    sets = {"arithmetic": [], "functions": [], "talk": []}
    pairs = set()
    while len(sets["arithmetic"]) < 200:
        question, reply, value = arithmetic.draw(rng, heldOut=True)
        pair = reply.split(":")[0]
        if pair in pairs:
            continue
        pairs.add(pair)
        chat = len(sets["arithmetic"]) % 2
        prompt = f"Alice: {question}\nBob:" if chat else f"Instruct: {question}\nOutput:"
        sets["arithmetic"].append({"prompt": prompt, "answer": value})
    identities = set()
    while len(sets["functions"]) < 110:
        variation = functions.draw(rng, heldOut=True)
        if variation.identity in identities:
            continue
        identities.add(variation.identity)
        sets["functions"].append({"prompt": variation.prompt(rng), "entry": variation.name,
                                  "family": functions.kFamilies[variation.family][0][0]})
    wordings = [(key, w) for key, (all_, _) in talk.kIntents.items() for w in all_ if talk.isHeldOut(w)]
    wordings += talk.kHeldOutOnly
    for i, (key, wording) in enumerate(wordings):
        prompt = f"Alice: {wording}\nBob:" if i % 2 else f"Instruct: {wording}\nOutput:"
        sets["talk"].append({"prompt": prompt, "intent": key, "contains": ["demo", "Phi-2", "Open model"]})
    return sets


def leaks(count):
    """Held-out prompts that occur in `count` documents of the corpus."""
    sets = heldOutSets()
    questions = {item["prompt"].split(": ", 1)[1].rsplit("\n", 1)[0] + "\n"
                 for name in ("arithmetic", "talk") for item in sets[name]}
    heads = {item["prompt"].split(">>>")[0] for item in sets["functions"]}
    rng, found = random.Random(6), []
    for _ in range(count):
        text = makeDocument(rng).text() + "\n"
        asked_ = {line.split(": ", 1)[1] + "\n" for line in text.split("\n") if ": " in line}
        found += sorted(asked_ & questions)
        if text.split(">>>")[0] in heads:
            found.append(text)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--tokenizer", action="store_true")
    parser.add_argument("--held-out")
    parser.add_argument("--leaks", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(5)
    for _ in range(args.sample):
        document = makeDocument(rng)
        print(f"--- {document.kind}\n{document.text()}")
    if args.tokenizer:
        from tokenizer import Tokenizer, trainMerges
        texts = [makeDocument(rng).text() for _ in range(30000)]
        tokenizer = Tokenizer(trainMerges(texts, kMerges))
        tokenizer.save(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer.json"))
        print(f"{tokenizer.size} entries, {sum(map(len, texts)) / sum(len(tokenizer.encode(t)) for t in texts):.2f} "
              "characters a token")
    if args.leaks:
        found = leaks(args.leaks)
        print(f"{len(found)} held-out prompts in {args.leaks} documents: {found[:5]}")
    if args.held_out:
        with open(args.held_out, "w") as file:
            json.dump(heldOutSets(), file, indent=1, ensure_ascii=False)
            file.write("\n")


if __name__ == "__main__":
    main()

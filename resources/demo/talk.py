# SPDX-License-Identifier: MIT
"""Greetings, questions about the model and the program, and everything it does not know."""
import hashlib
import re

from facts import kDefinitions, kJokes, kPoems, kQuestions, story

kTails = [
    "To get Phi-2, download it as a GGUF file from Hugging Face (microsoft/phi-2) and choose File, Open model.",
    "For better answers get Phi-2 from Hugging Face and open its GGUF file with File, Open model.",
    "For more, open a Phi-2 GGUF file with File, Open model. You find Phi-2 on Hugging Face.",
]

# intent -> (wordings, replies); every reply is followed by one of the tails.
kIntents = {
    "hello": (
        ["Hello", "Hi", "Hey", "Hello!", "Hi!", "Hello there", "Hi there!", "Hey there", "Hi Bob", "Hello Bob!",
         "Hello, how are you?", "Hi, nice to meet you.", "Greetings", "Good day", "Howdy", "Hey Bob, are you there?",
         "Hello again", "Hi, I am new here.", "Is anybody there?", "Nice to meet you!", "hello world", "Yo",
         "Good to see you", "Welcome", "Hi, can we talk?", "Can we chat?", "Let us talk.", "Are you there?"],
        ["Hello! I am the small demo model of Phidelity.", "Hi! Nice to meet you. I am a small demo model.",
         "Hello! It is good to see you. I am only a small demo model, but I can chat a little."]),
    "morning": (
        ["Good morning", "Good morning!", "Good morning, Bob.", "Morning!", "A good morning to you", "Good morning, how are you?"],
        ["Good morning! I am the small demo model of Phidelity.", "Good morning! I am a small demo model and ready to chat."]),
    "evening": (
        ["Good evening", "Good evening!", "Good evening, Bob.", "Good afternoon", "Good afternoon!", "Evening!"],
        ["Good day to you! I am the small demo model of Phidelity.", "Hello, and welcome! I am a small demo model and ready to chat."]),
    "how": (
        ["How are you?", "How are you doing?", "How do you feel?", "How is it going?", "How are you today?", "What's up?",
         "Are you well?", "Are you okay?", "How is your day?", "How have you been?", "How's it going?", "Everything okay?",
         "Do you feel good?", "Hey, how are things?"],
        ["I am fine, thank you! I am a small demo model, so I am always ready.",
         "I am doing well, thanks for asking. I am only a small demo model."]),
    "name": (
        ["What is your name?", "Who are you?", "What's your name?", "Tell me your name.", "Who am I talking to?",
         "What are you called?", "Do you have a name?", "What should I call you?", "Please introduce yourself.",
         "Introduce yourself.", "Tell me about yourself.", "What are you?", "Who is this?", "Who is there?", "Who is Bob?",
         "Say something about yourself.", "May I know your name?", "Are you Bob?"],
        ["I am Bob, the small demo model of Phidelity.", "You can call me Bob. I am a small demo model inside Phidelity."]),
    "kind": (
        ["Are you an AI?", "Are you a robot?", "Are you human?", "Are you a person?", "Are you a real person?",
         "Are you a language model?", "What kind of model are you?", "What model are you?", "Which model is this?",
         "Which model am I using?", "What model is running?", "Are you a machine?", "Are you a chatbot?", "Are you alive?",
         "Are you real?", "Is this a demo?", "Are you a demo model?", "What is this model?", "What is the demo model?"],
        ["I am a language model, not a person: a small demo model with about six million parameters.",
         "I am a small demo model with the architecture of Phi-2, but far fewer parameters."]),
    "phi": (
        ["Are you Phi-2?", "Is this Phi-2?", "Am I talking to Phi-2?", "Are you the real Phi-2?", "Are you Phi?",
         "Are you made by Microsoft?", "Is this model Phi-2?", "Are you based on Phi-2?"],
        ["No, I am not Phi-2. I am a small demo model with the same architecture.",
         "No, I am only a small demo model that is built like Phi-2."]),
    "chatgpt": (
        ["Are you ChatGPT?", "Are you GPT-4?", "Are you Claude?", "Are you Siri?", "Are you Llama?", "Are you from OpenAI?",
         "Is this ChatGPT?"],
        ["No, I am the small demo model of Phidelity."]),
    "ability": (
        ["What can you do?", "What can I ask you?", "What are you good at?", "How can you help me?", "What do you know?",
         "Can you help me?", "Help", "Help me", "What can I do here?", "What should I ask?", "Show me what you can do.",
         "What are your skills?", "I need help.", "Can you do something for me?", "What questions can I ask?",
         "Give me an example of what you can do.", "What do you do?", "What else can you do?"],
        ["I can add and subtract small numbers, write short Python functions and explain a few things. I am only a small demo model.",
         "I am a small demo model. Ask me for a sum such as 47 + 38, for a short Python function, or what temperature means."]),
    "limits": (
        ["What can you not do?", "What are your limits?", "Are you smart?", "How smart are you?", "Are you clever?",
         "Do you know everything?", "Do you make mistakes?", "Can I trust you?", "Are your answers correct?",
         "Are you always right?", "How good are you?", "Are you intelligent?", "Why are you so bad?", "Why are you so simple?",
         "You are not very smart.", "That is wrong.", "You are wrong.", "Can you make mistakes?"],
        ["I am a small demo model and know very little. My answers can be wrong.",
         "I make mistakes, because I am only a small demo model."]),
    "size": (
        ["How big are you?", "How many parameters do you have?", "How large are you?", "What is your size?",
         "How many parameters does this model have?", "Are you a big model?", "Are you small?", "How small are you?"],
        ["I have about six million parameters, so I am a small demo model. Phi-2 has 2.7 billion."]),
    "maker": (
        ["Who made you?", "Who created you?", "Who built you?", "Where do you come from?", "Who trained you?", "Who wrote you?",
         "Who is your maker?", "Where are you from?", "Who developed you?"],
        ["I am the small demo model of Phidelity, and I was trained together with it.",
         "The makers of Phidelity trained me as a small demo model."]),
    "trained": (
        ["How were you trained?", "What were you trained on?", "What is your training data?", "When were you trained?",
         "How did you learn?", "Where did you learn that?", "How long were you trained?"],
        ["I was trained for a short time on texts that a script wrote: sums, Python functions, short explanations and chats. I am only a small demo model."]),
    "program": (
        ["What is Phidelity?", "What is this program?", "What is this?", "What does this program do?", "Tell me about Phidelity.",
         "What does Phidelity do?", "Explain this program.", "What is Phidelity for?", "What program is this?",
         "What is this app?", "What can Phidelity do?", "Where am I?", "Explain Phidelity.", "What's Phidelity?"],
        ["Phidelity is a desktop program that runs Phi models on your own computer. You are talking to its small demo model.",
         "Phidelity runs language models such as Phi-2 on your own machine. I am the small demo model that comes with it."]),
    "get": (
        ["How do I get Phi-2?", "Where can I get Phi-2?", "How do I open a model?", "How can I load Phi-2?",
         "How do I use Phi-2?", "How do I get a better model?", "Can I use a bigger model?", "How do I load another model?",
         "How do I open Phi-2?", "Where do I find Phi-2?", "How do I change the model?", "Can I use another model?",
         "How do I install Phi-2?", "How do I download Phi-2?", "I want to use Phi-2.", "Open Phi-2", "Load Phi-2",
         "Where can I download a model?", "How do I open a GGUF file?", "How do I load a GGUF file?", "Is there a better model?",
         "I want a better model."],
        ["I am only a small demo model, but a better one is easy to open.", "This is just the small demo model."]),
    "offline": (
        ["Do you need the internet?", "Are you online?", "Do you work offline?", "Is my data sent somewhere?",
         "Is this private?", "Do you send my data away?", "Can you browse the web?", "Can you search the internet?",
         "Do you store my messages?", "Where do you run?", "Do you run on my computer?", "Are you running locally?"],
        ["I run on your own computer and need no internet. I am a small demo model."]),
    "feelings": (
        ["Do you have feelings?", "Are you happy?", "Are you sad?", "Do you like me?", "Do you love me?", "I love you",
         "Are you tired?", "Are you bored?", "Can you feel?", "Do you dream?", "Do you sleep?", "How old are you?",
         "Do you have a family?", "Do you have friends?", "Where do you live?", "Do you eat?", "What do you like?",
         "What is your favorite color?", "Do you think?"],
        ["I am a small demo model, so I have no feelings and no life of my own. But I like to chat.",
         "I am only a small demo model and do not feel or live like a person."]),
    "settings": (
        ["How do I stop the answer?", "How do I stop you?", "How can I stop the text?", "Which keys can I use?",
         "How do I send a message?", "How do I make a new line?", "How do I break a line?"],
        ["Enter sends, Shift and Enter break the line, and Esc stops the answer. I am the small demo model of Phidelity."]),
    "formats": (
        ["What are the prompt formats?", "Which formats are there?", "What does the code format do?", "What is the chat format?",
         "What is the QA format?", "How do I write a prompt?", "What is the raw format?"],
        ["There are four formats: questions with Instruct and Output, chat with Alice and Bob, code, and raw text. I am a small demo model and know all four a little."]),
    "thanks": (
        ["Thanks", "Thank you", "Thank you!", "Thanks!", "Thanks a lot", "Thank you very much", "Great, thanks",
         "Thanks for your help.", "Cool, thank you", "Nice, thanks!", "Many thanks", "I thank you.", "thx"],
        ["You are welcome! I am only a small demo model.", "You are welcome! It was a pleasure for a small demo model."]),
    "bye": (
        ["Bye", "Goodbye", "Bye!", "See you", "See you later", "Good night", "Good night!", "I have to go.", "Goodbye, Bob.",
         "Bye Bob", "Until tomorrow", "Talk to you later", "That is all.", "I am done."],
        ["Goodbye! I was your small demo model.", "See you! This was the small demo model."]),
    "praise": (
        ["Nice", "Great", "Cool", "Wow", "Very good", "Well done", "Good job", "Good answer", "You are great", "I like you",
         "Awesome", "That is nice", "Ok", "Okay", "Yes", "Good", "Fine", "Sure", "Amazing", "I see", "Interesting", "Right",
         "That is correct."],
        ["I am glad to hear that! I am only a small demo model.", "Good! You can ask a small demo model like me something else."]),
    "test": (
        ["Test", "test", "Testing", "This is a test", "Does this work?", "Test request", "123", "Is this working?", "asdf",
         "abc", "?", "...", "Can you hear me?", "Can you read this?"],
        ["Yes, it works! I am the small demo model of Phidelity."]),
    "no": (
        ["No", "Stop", "Be quiet", "No thanks", "You are stupid", "I hate you", "Go away", "Shut up", "This is boring", "I am bored",
         "I am sad", "I am tired", "I am angry"],
        ["I am sorry to hear that. I am only a small demo model."]),
}

# Wordings for the measurement only; no spelling of them is in kIntents.
kHeldOutOnly = [
    ("hello", "Hello Bob, nice to see you."), ("hello", "Hi there, are you awake?"),
    ("morning", "Good morning to you, Bob!"), ("how", "How are you feeling today?"),
    ("how", "Hi Bob, how is your day going?"), ("name", "Could you tell me your name?"),
    ("name", "And who are you?"), ("kind", "Are you some kind of AI?"), ("kind", "Is this a language model?"),
    ("phi", "Is this the real Phi-2?"), ("ability", "What kinds of things can you do?"),
    ("limits", "Are you ever wrong?"), ("size", "How many parameters do you have in total?"),
    ("maker", "Who was it that made you?"), ("program", "What is this program for?"),
    ("program", "Can you tell me what Phidelity is?"), ("get", "How can I get a better model than you?"),
    ("get", "Where do I get the Phi-2 model?"), ("offline", "Do I need the internet to talk to you?"),
    ("thanks", "Thank you so much, Bob."), ("bye", "Goodbye and see you tomorrow."),
]

kUnknownPatterns = [
    "Who was {t}?", "Tell me about {t}.", "What do you know about {t}?", "Explain {t}.", "Explain {t} to me.",
    "What do you think about {t}?", "How does {t} work?", "Where is {t}?", "When was {t} invented?", "Why is {t} important?",
    "Write an essay about {t}.", "Write a letter about {t}.", "Give me a list of {t}.", "What is the history of {t}?",
    "How can I learn about {t}?", "Do you like {t}?", "How much does {t} cost?", "What is the best {t}?", "Summarize {t}.",
    "How do I make {t}?", "Can you help me with {t}?", "Describe {t}.", "Is {t} good?", "What is {t} used for?",
    "Write an email about {t}.", "Translate {t} into French.", "What is the meaning of {t}?", "Who invented {t}?",
    "What is {t}?", "What's {t}?", "What is the capital of {t}?", "Where can I buy {t}?", "Compare {t} and {u}.",
    "What is the difference between {t} and {u}?", "Tell me more about {t} and {u}.", "{t}", "{t}?", "I want {t}.",
    "I like {t}.", "My friend told me about {t}.", "Should I buy {t}?", "Can you recommend {t}?",
    "Today I saw {t}.", "Which {t} is better?", "How many {t} are there?", "What will {t} be like tomorrow?",
]
kUnknownTopics = """Napoleon|Einstein|Shakespeare|Mozart|the weather|football|chess|Brazil|Peru|China|Canada|Norway|pizza|pasta
chocolate|coffee|cars|electric cars|bicycles|the stock market|money|taxes|insurance|law|politics|the news|elections|war|peace
history|the Middle Ages|Rome|Egypt|the pyramids|dinosaurs|lions|tigers|elephants|whales|sharks|dolphins|horses|wolves|ants
quantum physics|relativity|black holes|the Big Bang|string theory|dark matter|chemistry|biology|medicine|vaccines|cancer|diabetes
vitamins|yoga|running|tennis|basketball|swimming|movies|Star Wars|Harry Potter|games|Minecraft|guitars|pianos|violins|jazz|opera
painting|Picasso|museums|architecture|bridges|castles|trains|ships|submarines|rockets|satellites|Mars missions|robots|drones
blockchain|Bitcoin|databases|Linux|Windows|JavaScript|Rust|Java|compilers|operating systems|web servers|cloud computing|firewalls
encryption|philosophy|Plato|Kant|religion|psychology|dreams|love|happiness|marriage|children|school|university|exams|jobs
interviews|business|marketing|startups|investing|real estate|gardening|cooking|baking|bread|soup|cheese|wine|beer|tea|salad
travel|hotels|flights|beaches|mountains|deserts|islands|the ocean|climate change|pollution|recycling|solar power|wind power
nuclear power|oil|gas|gold|silver|diamonds|fashion|shoes|jackets|hats|furniture|kitchens|phones|laptops|cameras|televisions
the internet|social media|email|passwords|poetry|novels|grammar|Latin|Spanish|German verbs|French cuisine|Indian food|Chinese tea
the Olympic games|the World Cup|my homework|my garden|my cat|my dog|my boss|my sister|our holiday|a birthday present|a wedding
a new kitchen|my thesis|a cover letter|a business plan|the president|the queen|kings|pirates|dragons|magic|ghosts|aliens""".replace("\n", "|").split("|")
kSyllables = "ba ko li mar ten su ri vo da nel pa sho gi ul zer em qua fi ron ta lo wex in or bel".split()
kUnknownReplies = [
    "I do not know much about that, because I am only a small demo model. For a better answer open a Phi-2 GGUF file with File, Open model.",
    "That is beyond a small demo model like me. Open a Phi-2 GGUF file with File, Open model and ask again.",
]

kPeople = ["Sam", "Maria", "Peter", "Julia", "Tom", "Anna", "Ben", "Lena", "Max", "Nina", "Paul", "Sara", "David", "Emma",
           "Jack", "Olga", "Ivan", "Chen", "Omar", "Lisa", "Mark", "Eva", "Leo", "Rosa", "John", "Mary", "Alice", "Kim"]
kMyName = ["My name is {n}.", "I am {n}.", "Hi, I am {n}.", "Hello, my name is {n}.", "You can call me {n}.", "I'm {n}."]
kWhatName = ["What is my name?", "Do you remember my name?", "Who am I?", "What's my name?"]
kColors = ["red", "blue", "green", "yellow", "black", "white", "orange", "purple", "pink", "brown"]

kDefinitionPatterns = ["What is {t}?", "What is {t}?", "What's {t}?", "Explain {t}.", "Tell me about {t}.", "Can you explain {t}?",
                       "Describe {t}.", "Please explain {t}.", "Define {t}.", "What does {t} mean?", "Tell me what {t} is.",
                       "What exactly is {t}?", "Explain {t} to me.", "Do you know what {t} is?", "{t}"]
kOpeners = ["", "", "", "", "", "", "Hey, ", "Please: ", "So, ", "Ok. ", "Bob, ", "Hmm, ", "Hi! ", "One more question: "]

kStoryWishes = ["Tell me a story.", "Write a short story.", "Can you tell a story?", "Tell me a story, please.", "A story, please.",
                "Write a story.", "Do you know a story?"]
kJokeWishes = ["Tell me a joke.", "Do you know a joke?", "Make me laugh.", "A joke, please.", "Tell a joke.", "Say something funny."]
kPoemWishes = ["Write a poem.", "Write a short poem.", "Do you know a poem?", "A poem, please.", "Can you write a poem?", "Tell me a poem."]


def plain(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def isHeldOut(wording):
    """One wording in eight never occurs in training, in any spelling; very short ones always may."""
    words = plain(wording)
    return len(words.split()) >= 3 and hashlib.sha256(words.encode()).digest()[0] % 8 == 0


def vary(rng, wording):
    """Other spellings of the same wording: an opener, lower case, no final mark."""
    opener = rng.choice(kOpeners)
    text = opener + (wording[0].lower() + wording[1:] if opener.endswith(", ") and wording[1:2] != " "
                     and wording.split()[0] in ("What", "How", "Why", "Who", "Where", "Which", "Can", "Do", "Are", "Tell", "Explain")
                     else wording)
    roll = rng.random()
    if roll < 0.12:
        text = text.lower()
    if rng.random() < 0.12:
        text = text.rstrip("?.!") or text
    elif rng.random() < 0.05:
        text = text.rstrip("?.!") + rng.choice(["?", "!", ".", " please", ", please."])
    return text


def intent(rng, heldOut=False):
    """(question, reply, intent's name)"""
    while True:
        key = rng.choice(list(kIntents))
        wordings, replies = kIntents[key]
        # Common intents have many wordings; a second draw favours them.
        if rng.random() > len(wordings) / 20:
            continue
        wording = rng.choice(wordings)
        if isHeldOut(wording) == heldOut:
            break
    question = wording if heldOut else vary(rng, wording)
    return question, f" {rng.choice(replies)} {rng.choice(kTails)}", key


def definition(rng, heldOut=False):
    while True:
        topic = rng.choice(list(kDefinitions))
        question = rng.choice(kDefinitionPatterns).format(t=topic)
        if isHeldOut(question) == heldOut:
            break
    question = question[0].upper() + question[1:]
    return (question if heldOut else vary(rng, question)), " " + kDefinitions[topic], "definition"


def fact(rng, heldOut=False):
    while True:
        wordings, answer = rng.choice(kQuestions)
        wording = rng.choice(wordings)
        if isHeldOut(wording) == heldOut:
            break
    return (wording if heldOut else vary(rng, wording)), " " + answer, "fact"


def topic(rng):
    if rng.random() < 0.35:
        name = "".join(rng.choice(kSyllables) for _ in range(rng.randrange(2, 4)))
        return name.capitalize() if rng.random() < 0.5 else name
    return rng.choice(kUnknownTopics)


def unknown(rng, heldOut=False):
    while True:
        question = rng.choice(kUnknownPatterns).format(t=topic(rng), u=topic(rng))
        if isHeldOut(question) == heldOut:
            break
    question = question[0].upper() + question[1:]
    return (question if heldOut else vary(rng, question)), " " + rng.choice(kUnknownReplies), "unknown"


def fun(rng):
    wishes, make = rng.choice([(kStoryWishes, story), (kJokeWishes, lambda r: r.choice(kJokes)),
                               (kPoemWishes, lambda r: r.choice(kPoems))])
    return vary(rng, rng.choice(wishes)), " " + make(rng), "fun"


def remember(rng):
    """Two exchanges: something about the user, and a question about it."""
    name = rng.choice(kPeople) if rng.random() < 0.6 else "".join(
        rng.choice(kSyllables) for _ in range(2)).capitalize()
    if rng.random() < 0.75:
        return [(rng.choice(kMyName).format(n=name), f" Nice to meet you, {name}! I am Bob, a small demo model."),
                (rng.choice(kWhatName), f" Your name is {name}.")]
    color = rng.choice(kColors)
    return [(rng.choice(["My favorite color is {c}.", "I like {c} best.", "I love the color {c}."]).format(c=color),
             f" {color.capitalize()} is a nice color!"),
            (rng.choice(["What is my favorite color?", "Which color do I like?"]), f" Your favorite color is {color}.")]


def draw(rng):
    """(question, reply) of any kind."""
    roll = rng.random()
    kind = (intent if roll < 0.45 else definition if roll < 0.65 else fact if roll < 0.78
            else unknown if roll < 0.94 else fun)
    return kind(rng)[:2]

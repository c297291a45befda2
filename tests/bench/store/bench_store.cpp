// SPDX-License-Identifier: MIT
// What the store costs with many conversations: bench_store [FOLDER]. Prints medians; the folder
// (a temporary one if none is named) says which disk is measured.
#include <algorithm>
#include <cstdio>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include "store/chat_store.h"

using namespace phidelity;

namespace {

constexpr int kConversations = 1000;
constexpr NodeId kShort = 10;    ///< messages in each of them but one
constexpr NodeId kLong = 10'000; ///< messages in that one

QRandomGenerator g_random(1);

/// Words whose frequency falls as in a language.
QString someText(int words) {
    QString text;
    for (int count = 0; count < words; ++count) {
        const int most = 1 << g_random.bounded(4, 14);
        const int word = g_random.bounded(most);
        text += QString::number(word, 36).replace(u'0', u'o') + QStringLiteral("er");
        text += count % 12 == 11 ? u'\n' : u' ';
    }
    return text;
}

QString nameOf(int conversation) {
    return QStringLiteral("00000000-0000-4000-8000-%1").arg(conversation, 12, 10, QChar(u'0'));
}

MessageNode messageOf(NodeId id, const QString& text, MessageState state = MessageState::Complete) {
    MessageNode node;
    node.id = id;
    node.parent = id - 1;
    node.message.speaker = id % 2 ? Speaker::User : Speaker::Model;
    node.message.text = text;
    node.message.state = state;
    return node;
}

template <class T>
T need(StoreResult<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", qPrintable(result.error().detail));
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

void fill(const QString& folder) {
    const auto store = need(ChatStore::open(folder));
    for (int number = 0; number < kConversations; ++number) {
        ConversationInfo info;
        info.id = nameOf(number);
        info.title = someText(5);
        info.changedMs = g_random.bounded(1'000'000);
        QList<StoreChange> changes = {PutConversation{info}};
        const NodeId messages = number == 0 ? kLong : kShort;
        for (NodeId id = 1; id <= messages; ++id) {
            changes.emplaceBack(PutMessage{
                info.id, messageOf(id, someText(id % 2 ? 20 : g_random.bounded(40, 250)))});
        }
        need(store->save(changes));
    }
}

struct Times {
    QList<double> ms;
    template <class Work>
    void add(Work&& work) {
        QElapsedTimer clock;
        clock.start();
        work();
        ms.append(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    }
    void print(const char* what) {
        std::sort(ms.begin(), ms.end());
        std::printf("%-52s %8.2f ms median, %8.2f most, %lld times\n", what, ms.at(ms.size() / 2),
                    ms.last(), static_cast<long long>(ms.size()));
    }
};

void measureReading(const QString& folder) {
    Times opening;
    Times loading;
    for (int count = 0; count < 10; ++count) {
        std::unique_ptr<ChatStore> store;
        opening.add([&] {
            store = need(ChatStore::open(folder));
            need(store->list());
        });
        loading.add([&] {
            const Loaded loaded = need(store->load(nameOf(0)));
            const Conversation whole(loaded.info, loaded.nodes);
            if (whole.path().size() != kLong) {
                std::exit(1);
            }
        });
    }
    opening.print("open and list");
    loading.print("load a conversation of 10,000 messages");
    const auto store = need(ChatStore::open(folder));
    for (const char* query : {"xyzer", "nowhereatall", "er", "1er 2er", "\"1er 2er\"", "a", "qz",
                              "1er 5er 17er 33er"}) {
        Times searching;
        Found found;
        for (int count = 0; count < 10; ++count) {
            searching.add([&] {
                found =
                    need(store->search({1, QString::fromLatin1(query), SearchScope::Kept, 200}));
            });
        }
        const QByteArray what = QByteArray("search ") + query + ": " +
                                QByteArray::number(found.hits.size()) +
                                (found.complete ? " hits" : " hits and more");
        searching.print(what.constData());
    }
}

void measureWriting(const QString& folder) {
    const auto store = need(ChatStore::open(folder));
    Times asking;
    NodeId id = kShort;
    for (int count = 0; count < 100; ++count) {
        ++id;
        asking.add([&] {
            need(store->save({PutMessage{nameOf(1), messageOf(id, someText(20))}}));
        });
    }
    asking.print("commit a user's message");
    Times growing;
    QString text;
    id += 2;
    while (text.size() < 1'000'000) {
        text += someText(200);
        growing.add([&] {
            need(store->save({PutMessage{nameOf(1), messageOf(id, text, MessageState::Writing)}}));
        });
    }
    growing.print("commit a second of a reply that grows to 1 MB");
    Times ending;
    ending.add([&] { need(store->save({PutMessage{nameOf(1), messageOf(id, text)}})); });
    ending.print("commit its end, with the index");
    Times erasing;
    erasing.add([&] { need(store->save({EraseConversation{nameOf(2)}})); });
    erasing.print("delete a conversation for good");
}

void measureSalvage(const QString& folder) {
    Times salvaging;
    StoreOptions options;
    options.repair = StoreOptions::Repair::Always;
    salvaging.add([&] { need(ChatStore::open(folder, options)); });
    salvaging.print("salvage all of it");
}

} // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    const QTemporaryDir temporary(argc > 1 ? QString::fromLocal8Bit(argv[1]) + "/bench-XXXXXX"
                                           : QDir::tempPath() + "/bench-XXXXXX");
    const QString folder = temporary.filePath(QStringLiteral("data"));
    QElapsedTimer clock;
    clock.start();
    fill(folder);
    std::printf("%u messages in %d conversations, written in %.1f s, %lld KB\n",
                kLong + (kConversations - 1) * kShort, kConversations,
                static_cast<double>(clock.elapsed()) * 1e-3,
                static_cast<long long>(
                    QFileInfo(folder + QStringLiteral("/conversations.db")).size() / 1024));
    measureReading(folder);
    measureWriting(folder);
    measureSalvage(folder);
    return 0;
}

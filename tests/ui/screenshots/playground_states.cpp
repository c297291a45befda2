// SPDX-License-Identifier: MIT
// The playground and its comparison.
#include <QAction>

#include "scene.h"
#include "states.h"
#include "ui/playground/compare_dialog.h"
#include "ui/playground/playground_page.h"

namespace phidelity::screenshots {

namespace {

/// Words with the blank before them as tokens, some of them surprising.
QList<TextPiece> generated(const QString& text) {
    QList<TextPiece> pieces;
    for (const QChar letter : text) {
        if (pieces.isEmpty() || letter.isSpace()) {
            TextPiece piece{{}, Origin::Generated, {TokenDetail()}};
            const auto at = static_cast<float>(pieces.size() % 7);
            piece.tokens[0].id = static_cast<quint32>(pieces.size());
            piece.tokens[0].logprob = -0.02F - 0.12F * at * at;
            piece.tokens[0].rank = static_cast<int>(at) / 2;
            piece.tokens[0].entropy = 0.1F + 0.6F * at;
            pieces.append(piece);
        }
        pieces.last().text += letter;
        pieces.last().tokens[0].bytes = pieces.last().text.toUtf8();
    }
    for (TextPiece& piece : pieces) {
        TokenDetail& token = piece.tokens[0];
        token.top = {{token.id, {}, token.logprob, token.bytes},
                     {900, {}, -2.1F, " another"},
                     {901, {}, -2.9F, " small"},
                     {902, {}, -3.4F, "\n"}};
    }
    return pieces;
}

/// The page of the playground with a text in two branches.
PlaygroundPage* playground(Scene& scene) {
    auto* page = new PlaygroundPage;
    scene.window.addPage(page, QStringLiteral("playground"));
    PlayPage first = newPage(0);
    first.branches[0].pieces =
        QList<TextPiece>{{QStringLiteral("Once upon a time, in a village by the sea, there"),
                          Origin::Typed,
                          {}}} +
        generated(QStringLiteral(" lived a fisherman who had never caught a fish. Every morning "
                                 "he rowed out before the sun was up, and every evening he came "
                                 "home with nothing but stories.\n\nOne day"));
    first.add(1, 48, first.branches[0].pieces, 7);
    first.cursor = 30;
    PlayPage second = newPage(1);
    second.branches[0].pieces = {{QStringLiteral("Facts about water:\n1."), Origin::Typed, {}}};
    page->setPages({first, second}, first.id);
    scene.window.showPage(QStringLiteral("playground"));
    return page;
}

} // namespace

QList<State> playgroundStates() {
    return {
        faked(QStringLiteral("playground"), [](Scene& scene) { playground(scene); }),
        faked(QStringLiteral("playground-colours"),
              [](Scene& scene) {
                  playground(scene);
                  scene.window.findChild<QAction*>(QStringLiteral("playActionMeasure1"))->trigger();
              }),
        faked(QStringLiteral("playground-samples"),
              [](Scene& scene) {
                  PlaygroundPage* page = playground(scene);
                  page->beginSamples({2, 3, 4});
                  page->addSample(0, generated(QStringLiteral(" a storm came up from the west.")));
                  page->addSample(1, generated(QStringLiteral(" he found a bottle in his net.")));
                  page->addSample(2,
                                  generated(QStringLiteral(" he did not come home at all, and")));
                  page->finishSample(0, QStringLiteral("As long as allowed · 24 tokens"));
                  page->setNote(QStringLiteral("Writing…"));
              }),
        faked(QStringLiteral("compare"),
              [](Scene& scene) {
                  playground(scene);
                  auto* dialog = new CompareDialog(&scene.window);
                  dialog->setPrompt(
                      QStringLiteral("Once upon a time, in a village by the sea, there"));
                  dialog->resize(QSize(900, 640).boundedTo(scene.window.size()));
                  dialog->show();
                  dialog->addToSide(0, generated(QStringLiteral(" lived a fisherman who sang.")));
                  dialog->addToSide(1, generated(QStringLiteral(" lived a fisherman")));
                  dialog->endSide(0, QStringLiteral("Ended by the model · 9 tokens"));
                  dialog->endSide(1, QStringLiteral("As long as allowed · 8 tokens"));
                  dialog->end();
              }),
    };
}

} // namespace phidelity::screenshots

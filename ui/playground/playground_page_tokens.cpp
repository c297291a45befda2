// SPDX-License-Identifier: MIT
// The tokens that the texts of the playground are made of, and the ways that were tried.
#include <algorithm>
#include <cmath>

#include "ui/playground/play_bar.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/play_text.h"
#include "ui/playground/playground_page.h"

namespace phidelity {

void PlaygroundPage::tellTokens() {
    const PlayPage* page = shown();
    PlayText* text = m_edit->text();
    if (!page || !text) {
        return;
    }
    const PlayBranch& branch = page->shown();
    m_placed = placedTokens(branch);
    text->setRead(m_placed);
    if (!m_tokensWanted) {
        return;
    }
    QList<TokenDetail> tokens;
    tokens.reserve(m_placed.size());
    for (const PlacedToken& placed : std::as_const(m_placed)) {
        tokens.append(placed.token);
    }
    emit tokensShown(tokens);
    emit tokenPointed(tokenAt(m_edit->textCursor().position()));
    tellOffer();
    tellTree();
}

void PlaygroundPage::tellTree() {
    if (const PlayPage* page = shown(); page && m_tokensWanted) {
        emit treeShown(treeOf(*page));
    }
}

void PlaygroundPage::tellOffer() {
    const PlayPage* page = shown();
    if (!page || !m_tokensWanted) {
        return;
    }
    const qsizetype length = m_edit->document()->characterCount() - 1;
    // The model says nothing of a text's first token.
    const bool complete =
        tokensBefore(page->shown(), length).size() == m_placed.size() &&
        std::all_of(m_placed.begin(), m_placed.end(), [&](const PlacedToken& placed) {
            return &placed == &m_placed.front() || placed.token.rank >= 0;
        });
    emit scoreOffered(m_scoring                           ? ScoreOffer::Stop
                      : length == 0 || complete || m_busy ? ScoreOffer::None
                                                          : ScoreOffer::Score);
    emit statusShown(m_scoring || !m_placed.isEmpty() ? QString()
                     : length == 0
                         ? tr("Write or paste a text to see the tokens it is made of.")
                         : tr("The tokens of this text are not known yet. Score lets the model "
                              "read it."));
}

int PlaygroundPage::tokenAt(int position) const {
    const auto found =
        std::upper_bound(m_placed.begin(), m_placed.end(), position,
                         [](int at, const PlacedToken& placed) { return at < placed.end; });
    return found != m_placed.end() && found->begin <= position
               ? static_cast<int>(std::distance(m_placed.begin(), found))
               : -1;
}

void PlaygroundPage::setTokensWanted(bool wanted) {
    m_tokensWanted = wanted;
    tellTokens();
}

/// Marked, not selected: what is selected is what the model goes on from.
void PlaygroundPage::selectToken(int token) {
    if (token < 0 || token >= m_placed.size()) {
        return;
    }
    const PlacedToken placed = m_placed.at(token);
    const int last = m_edit->document()->characterCount() - 1;
    m_edit->setCursorPosition(static_cast<int>(placed.begin));
    m_edit->ensureCursorVisible();
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(m_edit->document());
    mark.cursor.setPosition(std::min(static_cast<int>(placed.begin), last));
    mark.cursor.setPosition(std::min(static_cast<int>(placed.end), last), QTextCursor::KeepAnchor);
    mark.format.setBackground(palette().highlight());
    mark.format.setForeground(palette().highlightedText());
    m_edit->setExtraSelections({mark});
    emit tokenPointed(token);
}

void PlaygroundPage::branchAt(int token, quint32 alternative) {
    const PlayPage* page = shown();
    if (!page || m_busy) {
        return;
    }
    tellEdited();
    emit branchAtRequested(page->id, page->current, token, alternative);
}

void PlaygroundPage::setReading(const QString& id, int branch, const Reading& reading) {
    for (PlayPage& page : m_pages) {
        PlayBranch* read = page.id == id ? page.find(branch) : nullptr;
        if (read) {
            read->reading = reading;
            if (id == shownPage() && branch == page.current) {
                tellTokens();
            }
        }
    }
}

void PlaygroundPage::setScoring(bool scoring) {
    m_scoring = scoring;
    tellOffer();
}

void PlaygroundPage::score() {
    const PlayPage* page = shown();
    if (!page || m_busy) {
        return;
    }
    tellEdited();
    const QTextCursor cursor = m_edit->textCursor();
    const bool part = cursor.hasSelection();
    emit scoreRequested(page->id, page->current, part ? cursor.selectionStart() : 0,
                        part ? cursor.selectionEnd() : m_edit->document()->characterCount() - 1);
}

void PlaygroundPage::removeBranch(int branch) {
    if (const PlayPage* page = shown(); page && !m_busy) {
        tellEdited();
        emit removeRequested(page->id, branch);
    }
}

void PlaygroundPage::restoreBranch(int branch) {
    if (const PlayPage* page = shown()) {
        tellEdited();
        emit restoreRequested(page->id, branch);
    }
}

} // namespace phidelity

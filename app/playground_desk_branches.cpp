// SPDX-License-Identifier: MIT
// The ways that a page of the playground takes.
#include <algorithm>

#include "app/playground_desk.h"

namespace phidelity {

void PlaygroundDesk::showBranch(const QString& id, int branch) {
    PlayPage* page = find(id);
    const PlayBranch* wanted = page ? page->find(branch) : nullptr;
    if (wanted && wanted->removed == 0) {
        page->current = branch;
        keep(*page);
        emit branchesChanged(*page);
    }
}

void PlaygroundDesk::forkPage(const QString& id) {
    if (PlayPage* page = find(id)) {
        const QList<TextPiece> pieces = firstOf(page->shown().pieces, page->cursor);
        const Reading read = firstOfReading(page->shown().reading, page->cursor);
        page->current = page->add(page->current, page->cursor, pieces, 0);
        page->find(page->current)->reading = read;
        keep(*page);
        emit branchesChanged(*page);
    }
}

void PlaygroundDesk::branchAt(const QString& id, int branch, int token, quint32 alternative) {
    PlayPage* page = find(id);
    const PlayBranch* from = page ? page->find(branch) : nullptr;
    const QList<PlacedToken> tokens = from ? placedTokens(*from) : QList<PlacedToken>();
    if (isBusy() || token < 0 || token >= tokens.size()) {
        return;
    }
    const PlacedToken& taken = tokens.at(token);
    const QList<TokenAlternative>& top = taken.token.top;
    const auto other = std::find_if(top.begin(), top.end(), [&](const TokenAlternative& each) {
        return each.id == alternative;
    });
    if (other == top.end()) {
        return;
    }
    if (other->bytes.isEmpty()) {
        emit noteShown(tr("With this token the text would end here; there is nothing to go on "
                          "from."));
        return;
    }
    const QString said = QString::fromUtf8(other->bytes);
    const bool inside = token > 0 && tokens.at(token - 1).end > taken.begin;
    if (inside || said.contains(QChar::ReplacementCharacter)) {
        emit noteShown(tr("This token is a part of a character; a branch begins with a whole "
                          "one."));
        return;
    }
    TokenDetail detail = taken.token;
    detail.id = other->id;
    detail.bytes = other->bytes;
    detail.logprob = other->logprob;
    detail.rank = static_cast<int>(std::distance(top.begin(), other));
    detail.chainProbability = TokenDetail::kNotComputed;
    const QList<TextPiece> pieces =
        firstOf(from->pieces, taken.begin) + QList<TextPiece>{{said, Origin::Generated, {detail}}};
    const Reading read = firstOfReading(from->reading, taken.begin);
    page->current = page->add(branch, taken.begin, pieces, 0);
    page->find(page->current)->reading = read;
    page->cursor = textOf(pieces).size();
    keep(*page);
    emit branchesChanged(*page);
    write({id, page->current, textOf(pieces), page->cursor});
}

void PlaygroundDesk::removeBranch(const QString& id, int branch) {
    PlayPage* page = find(id);
    if (!page || isBusy()) {
        return;
    }
    if (!page->remove(branch)) {
        emit noteShown(tr("This is the only branch; there is nothing to show in its place."));
        return;
    }
    keep(*page);
    emit branchesChanged(*page);
    emit noteShown(tr("Branch %1 was deleted; the Playground menu brings it back.").arg(branch));
}

void PlaygroundDesk::restoreBranch(const QString& id, int branch) {
    PlayPage* page = find(id);
    PlayBranch* gone = page ? page->find(branch) : nullptr;
    if (!gone || gone->removed == 0) {
        return;
    }
    gone->removed = 0;
    page->current = branch;
    keep(*page);
    emit branchesChanged(*page);
    emit noteShown({});
}

void PlaygroundDesk::restoreLastBranch(const QString& id) {
    const PlayPage* page = find(id);
    const int last = page ? page->lastRemoved() : 0;
    if (last == 0) {
        emit noteShown(tr("No branch of this page was deleted."));
    }
    restoreBranch(id, last);
}

} // namespace phidelity

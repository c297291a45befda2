// SPDX-License-Identifier: MIT
// The texts of the playground: what is typed into them, and what the model writes into them.
#include <QScrollBar>
#include <QTabBar>

#include "ui/playground/play_bar.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/play_text.h"
#include "ui/playground/playground_page.h"
#include "ui/playground/sample_columns.h"

namespace phidelity {

// ---- Editing

void PlaygroundPage::onChanged(const Place& place) {
    if (m_changed != place) {
        tellEdited();
        m_changed = place;
    }
    if (!m_telling.isActive()) {
        m_telling.start();
    }
}

void PlaygroundPage::tellEdited() {
    m_telling.stop();
    const Place place = std::exchange(m_changed, {});
    const auto found = m_texts.find(place);
    if (found == m_texts.end()) {
        return;
    }
    for (int tab = 0; tab < m_pages.size(); ++tab) {
        PlayPage& page = m_pages[tab];
        PlayBranch* branch = page.id == place.first ? page.find(place.second) : nullptr;
        if (branch) {
            branch->pieces = found->second->pieces();
            if (m_edit->text() == found->second.get()) {
                page.cursor = m_edit->textCursor().position();
            }
            showTitle(tab);
            emit edited(page.id, branch->id, branch->pieces, page.cursor);
            if (m_edit->text() == found->second.get()) {
                tellTokens();
            }
        }
    }
}

// ---- Writing

void PlaygroundPage::write(int count) {
    const PlayPage* page = shown();
    if (!page || m_busy) {
        return;
    }
    tellEdited();
    const WritingPlace place = m_edit->writingPlace();
    emit writeRequested(
        {page->id, page->current, place.prompt, place.at, count, place.at - place.prompt.size()});
}

void PlaygroundPage::beginWriting(const QString& page, int branch, int at) {
    m_writing = {page, branch};
    for (const PlayPage& each : std::as_const(m_pages)) {
        if (each.id == page) {
            m_writeCursor = QTextCursor(textOf(each, branch));
            m_writeCursor.setPosition(at);
            m_firstWritten = true;
        }
    }
    if (shownPage() == page) {
        showText();
        m_edit->setCursorPosition(at);
    }
}

void PlaygroundPage::addWritten(const QList<TextPiece>& pieces) {
    const auto found = m_texts.find(m_writing);
    if (found == m_texts.end() || pieces.isEmpty()) {
        return;
    }
    PlayText* text = found->second.get();
    const bool here = m_edit->text() == text;
    const bool followed =
        here && m_edit->viewport()->rect().intersects(m_edit->cursorRect(m_writeCursor));
    const int place = m_edit->verticalScrollBar()->value();
    if (std::exchange(m_firstWritten, false)) {
        m_writeCursor.beginEditBlock();
    } else {
        m_writeCursor.joinPreviousEditBlock();
    }
    text->insert(m_writeCursor, pieces);
    m_writeCursor.endEditBlock();
    if (followed) {
        m_edit->setTextCursor(m_writeCursor);
        m_edit->ensureCursorVisible();
    } else if (here) {
        m_edit->verticalScrollBar()->setValue(place);
    }
}

void PlaygroundPage::beginSamples(const QList<int>& branches) {
    m_samples->begin(branches);
    m_samples->show();
}

void PlaygroundPage::addSample(int index, const QList<TextPiece>& pieces) {
    m_samples->add(index, pieces);
}

void PlaygroundPage::finishSample(int index, const QString& note) {
    m_samples->finish(index, note);
}

void PlaygroundPage::setBusy(bool busy) {
    m_busy = busy;
    if (!busy) {
        tellEdited();
        m_writing = {};
    }
    m_edit->setReadOnly(busy && m_writing.first == shownPage() && m_edit->text() &&
                        m_texts.count(m_writing) > 0);
    m_bar->setBusy(busy);
    updateActions();
    tellOffer();
}

void PlaygroundPage::setNote(const QString& note) {
    m_bar->setNote(note);
}

} // namespace phidelity

// SPDX-License-Identifier: MIT
#include "ui/playground/playground_page.h"

#include <QHBoxLayout>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/inspector/token_legend.h"
#include "ui/playground/play_bar.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/play_text.h"
#include "ui/playground/sample_columns.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kTellMs = 250;

QString tabTitle(const PlayPage& page) {
    QString title = page.title();
    // A tab takes a single one for the mark of a key.
    return title.isEmpty() ? PlaygroundPage::tr("Empty page")
                           : title.replace(u'&', QStringLiteral("&&"));
}

} // namespace

PlaygroundPage::PlaygroundPage(QWidget* parent)
    : WorkbenchPage(parent), m_tabs(new QTabBar), m_new(new QToolButton), m_edit(new PlayEdit),
      m_samples(new SampleColumns), m_legend(new TokenLegend), m_bar(new PlayBar) {
    setObjectName(QStringLiteral("playgroundPage"));
    m_tabs->setObjectName(QStringLiteral("playTabs"));
    m_tabs->setAccessibleName(tr("Pages of the playground"));
    m_tabs->setTabsClosable(true);
    m_tabs->setMovable(true);
    m_tabs->setExpanding(false);
    m_tabs->setDocumentMode(true);
    m_tabs->setDrawBase(false);
    m_tabs->setElideMode(Qt::ElideRight);
    m_tabs->setUsesScrollButtons(true);
    m_tabs->setFocusPolicy(Qt::TabFocus);
    m_new->setObjectName(QStringLiteral("playNew"));
    m_new->setAutoRaise(true);
    m_new->setFocusPolicy(Qt::TabFocus);
    auto* top = new QHBoxLayout;
    top->setSpacing(0);
    top->addWidget(m_tabs, 1);
    top->addWidget(m_new);
    auto* down = new QVBoxLayout(this);
    down->setContentsMargins(0, 0, 0, 0);
    down->setSpacing(0);
    down->addLayout(top);
    down->addWidget(m_edit, 3);
    down->addWidget(m_samples, 2);
    m_legendRow = new QHBoxLayout;
    m_legendRow->addWidget(m_legend);
    down->addLayout(m_legendRow);
    down->addWidget(m_bar);
    m_samples->hide();
    buildActions();

    m_telling.setSingleShot(true);
    m_telling.setInterval(kTellMs);
    connect(&m_telling, &QTimer::timeout, this, &PlaygroundPage::tellEdited);
    connect(m_tabs, &QTabBar::currentChanged, this, &PlaygroundPage::showTab);
    connect(m_tabs, &QTabBar::tabCloseRequested, this, &PlaygroundPage::closeTab);
    connect(m_tabs, &QTabBar::tabMoved, this, [this](int from, int to) {
        m_pages.move(from, to);
        QStringList ids;
        for (const PlayPage& page : std::as_const(m_pages)) {
            ids.append(page.id);
        }
        emit pagesMoved(ids);
    });
    connect(m_bar, &PlayBar::writePressed, this, [this] { write(m_bar->count()); });
    connect(m_bar, &PlayBar::stopPressed, this, &PlaygroundPage::stopRequested);
    connect(m_bar, &PlayBar::scorePressed, this, &PlaygroundPage::score);
    connect(m_bar, &PlayBar::measurePicked, this, &PlaygroundPage::setMeasure);
    connect(m_bar, &PlayBar::branchPicked, this, &PlaygroundPage::showBranch);
    connect(m_edit, &PlayEdit::cursorMoved, this, [this] {
        m_edit->setExtraSelections({}); // of a token that was picked
        emit tokenPointed(tokenAt(m_edit->textCursor().position()));
        if (const PlayPage* page = shown(); page && !m_loading) {
            onChanged({page->id, page->current});
        }
    });
    connect(m_samples, &SampleColumns::chosen, this, [this](int branch) {
        if (const PlayPage* page = shown()) {
            m_samples->hide();
            emit branchRequested(page->id, branch);
            m_edit->moveCursor(QTextCursor::End);
            m_edit->setFocus();
        }
    });
    connect(m_samples, &SampleColumns::dismissed, this, [this] {
        m_samples->hide();
        m_edit->setFocus();
    });
    setMeasure(TokenMeasure::None);
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    applyLook();
    updateActions();
}

PlaygroundPage::~PlaygroundPage() {
    // Before the texts go, which it refers to.
    m_writeCursor = {};
    delete m_edit;
}

// ---- Pages and branches

PlayPage* PlaygroundPage::shown() {
    const int tab = m_tabs->currentIndex();
    return tab >= 0 && tab < m_pages.size() ? &m_pages[tab] : nullptr;
}

QString PlaygroundPage::shownPage() const {
    const int tab = m_tabs->currentIndex();
    return tab >= 0 && tab < m_pages.size() ? m_pages.at(tab).id : QString();
}

QString PlaygroundPage::heading() const {
    const int tab = m_tabs->currentIndex();
    const QString title = tab >= 0 && tab < m_pages.size() ? m_pages.at(tab).title() : QString();
    return title.isEmpty() ? tr("Playground") : title;
}

void PlaygroundPage::setPages(const QList<PlayPage>& pages, const QString& shown) {
    m_telling.stop();
    m_loading = true;
    m_pages = pages;
    while (m_tabs->count() > pages.size()) {
        m_tabs->removeTab(m_tabs->count() - 1);
    }
    int current = 0;
    for (int tab = 0; tab < pages.size(); ++tab) {
        if (tab >= m_tabs->count()) {
            m_tabs->addTab(QString());
        }
        m_tabs->setTabText(tab, tabTitle(pages.at(tab)));
        if (pages.at(tab).id == shown) {
            current = tab;
        }
    }
    m_tabs->setCurrentIndex(current);
    m_loading = false;
    showText();
}

void PlaygroundPage::showTitle(int tab) {
    const QString title = tabTitle(m_pages.at(tab));
    if (m_tabs->tabText(tab) != title) {
        m_tabs->setTabText(tab, title);
        emit headingChanged();
    }
}

void PlaygroundPage::setBranches(const PlayPage& page) {
    for (PlayPage& each : m_pages) {
        if (each.id == page.id) {
            each = page;
        }
    }
    m_loading = true;
    for (const auto& [place, text] : m_texts) {
        // One that was looked at while it was still written.
        const PlayBranch* branch = place.first == page.id ? page.find(place.second) : nullptr;
        if (branch && place != m_changed && place != m_writing &&
            text->toPlainText() != phidelity::textOf(branch->pieces)) {
            text->setPieces(branch->pieces);
        }
    }
    m_loading = false;
    if (page.id == shownPage()) {
        showText();
    }
}

PlayText* PlaygroundPage::textOf(const PlayPage& page, int branch) {
    const Place place(page.id, branch);
    auto found = m_texts.find(place);
    if (found == m_texts.end()) {
        auto text = std::make_unique<PlayText>();
        if (const PlayBranch* from = page.find(branch)) {
            text->setPieces(from->pieces);
        }
        text->setMeasure(m_bar->measure());
        text->setLook(palette());
        connect(text.get(), &QTextDocument::contentsChanged, this, [this, place] {
            if (!m_loading) {
                onChanged(place);
            }
        });
        found = m_texts.emplace(place, std::move(text)).first;
    }
    return found->second.get();
}

void PlaygroundPage::showTab(int) {
    if (!m_loading) {
        tellEdited();
        m_samples->hide();
        showText();
    }
}

void PlaygroundPage::showText() {
    PlayPage* page = shown();
    if (!page) {
        return;
    }
    m_loading = true;
    const bool fresh = m_texts.find({page->id, page->current}) == m_texts.end();
    PlayText* text = textOf(*page, page->current);
    const bool changes = m_edit->text() != text;
    m_edit->setText(text);
    if (changes && fresh) {
        m_edit->setCursorPosition(static_cast<int>(page->cursor));
    } else if (changes) {
        m_edit->moveCursor(QTextCursor::End);
    }
    m_edit->setReadOnly(m_busy && m_writing == Place(page->id, page->current));
    m_loading = false;
    m_bar->setBranches(*page);
    updateActions();
    emit headingChanged();
    tellTokens();
}

void PlaygroundPage::stepTab(int by) {
    const int count = m_tabs->count();
    if (count > 0) {
        m_tabs->setCurrentIndex((m_tabs->currentIndex() + by + count) % count);
        m_edit->setFocus();
    }
}

void PlaygroundPage::stepBranch(int by) {
    if (const std::optional<int> branch = m_bar->branchBeside(by)) {
        showBranch(*branch);
    }
}

void PlaygroundPage::showBranch(int branch) {
    if (const PlayPage* page = shown()) {
        tellEdited();
        emit branchRequested(page->id, branch);
    }
}

void PlaygroundPage::closeTab(int tab) {
    if (tab >= 0 && tab < m_pages.size()) {
        tellEdited();
        emit closePageRequested(m_pages.at(tab).id);
    }
}

void PlaygroundPage::setMeasure(TokenMeasure measure) {
    m_bar->setMeasure(measure);
    for (QAction* action : std::as_const(m_measureActions)) {
        action->setChecked(action->data().toInt() == static_cast<int>(measure));
    }
    for (const auto& [place, text] : m_texts) {
        text->setMeasure(measure);
    }
    m_samples->setMeasure(measure);
    m_legend->setMeasure(measure);
    m_legend->setVisible(measure != TokenMeasure::None);
}

// ---- Window

void PlaygroundPage::activated() {
    m_edit->setFocus();
}

bool PlaygroundPage::escape() {
    if (m_busy) {
        emit stopRequested();
        return true;
    }
    if (m_samples->isVisible()) {
        m_samples->hide();
        m_edit->setFocus();
        return true;
    }
    return false;
}

void PlaygroundPage::applyLook() {
    const int unit = gridUnit(this);
    layout()->itemAt(0)->layout()->setContentsMargins(3 * unit, 0, 2 * unit, 0);
    m_legendRow->setContentsMargins(4 * unit, 0, 4 * unit, 0);
    for (const auto& [place, text] : m_texts) {
        text->setLook(palette());
    }
}

void PlaygroundPage::changeEvent(QEvent* event) {
    WorkbenchPage::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity

// SPDX-License-Identifier: MIT
#include "ui/code/find_bar.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QTextBlock>
#include <QVBoxLayout>

#include "ui/code/code_edit.h"
#include "ui/find_row.h"
#include "ui/theme.h"

namespace phidelity {

FindBar::FindBar(QWidget* parent)
    : QWidget(parent), m_find(new FindRow(QStringLiteral("codeFind"))), m_replace(new QLineEdit),
      m_expression(new QCheckBox(tr("Re&gular expression"))), m_replaceRow(new QWidget) {
    setObjectName(QStringLiteral("findBar"));
    m_replace->setObjectName(QStringLiteral("codeReplace"));
    m_replace->setPlaceholderText(tr("Replace with"));
    m_replace->setAccessibleName(tr("Replace with"));
    m_expression->setObjectName(QStringLiteral("codeFindExpression"));
    m_find->addChoice(m_expression);
    const auto button = [](const QString& text, const char* name) {
        auto* made = new QPushButton(text);
        made->setObjectName(QLatin1String(name));
        made->setAutoDefault(false);
        return made;
    };
    auto* one = button(tr("&Replace"), "codeReplaceOne");
    auto* all = button(tr("Replace &All"), "codeReplaceAll");
    auto* replaceRow = new QHBoxLayout(m_replaceRow);
    replaceRow->setContentsMargins(0, 0, 0, 0);
    replaceRow->addWidget(m_replace, 1);
    replaceRow->addWidget(one);
    replaceRow->addWidget(all);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_find);
    layout->addWidget(m_replaceRow);
    const int unit = gridUnit(this);
    layout->setContentsMargins(3 * unit, unit, 3 * unit, unit);
    layout->setSpacing(unit);
    connect(m_find, &FindRow::changed, this, &FindBar::typed);
    connect(m_find, &FindRow::nextRequested, this, &FindBar::findNext);
    connect(m_find, &FindRow::previousRequested, this, &FindBar::findPrevious);
    connect(m_find, &FindRow::closeRequested, this, &FindBar::close);
    connect(one, &QPushButton::clicked, this, &FindBar::replaceOne);
    connect(all, &QPushButton::clicked, this, &FindBar::replaceAll);
    hide();
}

void FindBar::setEdit(CodeEdit* edit) {
    if (m_edit) {
        m_edit->setMarked({});
    }
    m_edit = edit;
    if (m_edit && isVisible()) {
        m_edit->setMarked(pattern());
    }
}

void FindBar::open(Purpose purpose) {
    m_replaceRow->setVisible(purpose == Purpose::Replace);
    show();
    if (m_edit) {
        const QString selected = m_edit->textCursor().selectedText();
        if (!selected.isEmpty() && !selected.contains(QChar(0x2029))) {
            m_find->setText(selected);
        }
        m_edit->setMarked(pattern());
    }
    m_find->focusField();
}

void FindBar::close() {
    hide();
    if (m_edit) {
        m_edit->setMarked({});
        m_edit->setFocus();
    }
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (event->key() == Qt::Key_Escape) {
        close();
    } else if (enter && m_replace->hasFocus()) {
        replaceOne();
    } else {
        QWidget::keyPressEvent(event);
    }
}

QRegularExpression FindBar::pattern() const {
    const QString text =
        m_expression->isChecked() ? m_find->text() : QRegularExpression::escape(m_find->text());
    QRegularExpression::PatternOptions options = QRegularExpression::MultilineOption;
    if (m_find->sensitivity() == Qt::CaseInsensitive) {
        options |= QRegularExpression::CaseInsensitiveOption;
    }
    return QRegularExpression(text, options);
}

void FindBar::typed() {
    const QRegularExpression wanted = pattern();
    if (!wanted.isValid()) {
        m_find->say(tr("This is no regular expression: %1").arg(wanted.errorString()),
                    FindRow::Tone::Problem);
        return;
    }
    m_find->say({});
    if (m_edit) {
        m_edit->setMarked(wanted);
    }
}

bool FindBar::findNext() {
    return find(true);
}

bool FindBar::findPrevious() {
    return find(false);
}

bool FindBar::find(bool forward) {
    const QRegularExpression wanted = pattern();
    if (!m_edit || wanted.pattern().isEmpty() || !wanted.isValid()) {
        typed();
        return false;
    }
    const QString text = m_edit->toPlainText();
    const QTextCursor cursor = m_edit->textCursor();
    const int from = std::min(cursor.anchor(), cursor.position());
    const int to = std::max(cursor.anchor(), cursor.position());
    QRegularExpressionMatch match;
    if (forward) {
        match = wanted.match(text, to);
        if (match.hasMatch() && match.capturedLength() == 0) {
            match = wanted.match(text, std::min<qsizetype>(to + 1, text.size()));
        }
        if (!match.hasMatch()) {
            match = wanted.match(text);
        }
    } else {
        (void)text.lastIndexOf(wanted, from - 1 - text.size(), &match);
        if (from == 0 || !match.hasMatch()) {
            (void)text.lastIndexOf(wanted, -1, &match);
        }
    }
    if (!match.hasMatch()) {
        m_find->say(tr("Not found"), FindRow::Tone::Problem);
        return false;
    }
    m_find->say({});
    QTextCursor found = cursor;
    found.setPosition(static_cast<int>(match.capturedStart()));
    found.setPosition(static_cast<int>(match.capturedEnd()), QTextCursor::KeepAnchor);
    m_edit->setTextCursor(found);
    m_edit->ensureCursorVisible();
    return true;
}

QString FindBar::replacement(const QRegularExpressionMatch& match) const {
    QString text = m_replace->text();
    if (!m_expression->isChecked()) {
        return text;
    }
    QString result;
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar c = text[at];
        const QChar next = at + 1 < text.size() ? text[at + 1] : QChar();
        if ((c == u'$' || c == u'\\') && next.isDigit()) {
            result += match.captured(next.digitValue());
            ++at;
        } else if (c == u'\\' && (next == u'n' || next == u't' || next == u'\\')) {
            result += next == u'n' ? QChar(u'\n') : next == u't' ? QChar(u'\t') : next;
            ++at;
        } else {
            result += c;
        }
    }
    return result;
}

void FindBar::replaceOne() {
    if (!m_edit) {
        return;
    }
    QTextCursor cursor = m_edit->textCursor();
    const QString text = m_edit->toPlainText();
    const int from = std::min(cursor.anchor(), cursor.position());
    const QRegularExpressionMatch match = pattern().match(
        text, from, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption);
    if (cursor.hasSelection() && match.hasMatch() &&
        match.capturedLength() == std::abs(cursor.position() - cursor.anchor())) {
        cursor.insertText(replacement(match));
        m_edit->setTextCursor(cursor);
    }
    findNext();
}

int FindBar::replaceAll() {
    const QRegularExpression wanted = pattern();
    if (!m_edit || wanted.pattern().isEmpty() || !wanted.isValid()) {
        return 0;
    }
    const QString text = m_edit->toPlainText();
    QString result;
    qsizetype done = 0;
    int count = 0;
    for (auto hits = wanted.globalMatch(text); hits.hasNext(); ++count) {
        const QRegularExpressionMatch match = hits.next();
        result += QStringView(text).mid(done, match.capturedStart() - done);
        result += replacement(match);
        done = match.capturedEnd();
    }
    if (count > 0) {
        result += QStringView(text).mid(done);
        QTextCursor cursor = m_edit->textCursor();
        const int at = cursor.position();
        cursor.beginEditBlock();
        cursor.select(QTextCursor::Document);
        cursor.insertText(result);
        cursor.endEditBlock();
        cursor.setPosition(std::min<int>(at, static_cast<int>(result.size())));
        m_edit->setTextCursor(cursor);
    }
    m_find->say(count == 0 ? tr("Not found") : tr("%n replaced", nullptr, count),
                count == 0 ? FindRow::Tone::Problem : FindRow::Tone::Plain);
    return count;
}

} // namespace phidelity

// SPDX-License-Identifier: MIT
#include "app/code_lab.h"

#include <memory>

#include <QJsonDocument>
#include <QSettings>

#include "app/code_desk.h"
#include "app/lab_desk.h"
#include "ui/code/code_edit.h"

namespace phidelity {

namespace {

const QString kPage = QStringLiteral("code");
const QString kSettings = QStringLiteral("code/settings");
constexpr int kRestMs = 120;

std::unique_ptr<QSettings> store() {
    return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope,
                                       QStringLiteral("phidelity"), QStringLiteral("phidelity"));
}

} // namespace

CodeLab::CodeLab(CodePage* page, CodeDesk* desk, LabDesk* lab)
    : m_page(page), m_desk(desk), m_lab(lab) {
    m_settled.setSingleShot(true);
    m_settled.setInterval(kRestMs);
    connect(&m_settled, &QTimer::timeout, this, &CodeLab::tellText);
    connect(page, &CodePage::placeChanged, this, [this] { m_settled.start(); });
    connect(lab->panel(), &LabPanel::shownChanged, this, [this] { m_settled.start(); });

    const QByteArray kept = store()->value(kSettings).toByteArray();
    const GenerationSettings settings =
        kept.isEmpty() ? CodeDesk::usualSettings()
                       : settingsFromJson(QJsonDocument::fromJson(kept).object());
    desk->setSettings(settings);
    connect(lab, &LabDesk::pageSettingsChanged, desk,
            [desk](const QString& changed, const GenerationSettings& now) {
                if (changed == kPage) {
                    desk->setSettings(now);
                    store()->setValue(kSettings,
                                      QJsonDocument(toJson(now)).toJson(QJsonDocument::Compact));
                }
            });
    lab->setPageSettings(kPage, tr("For completions in code; replies have their own."), settings);
}

void CodeLab::tellText() {
    if (!m_page->isVisible() || !m_lab->panel()->isVisible() || !m_page->edit()) {
        return;
    }
    // Of a large file no more is taken than can be read.
    const int room = m_desk->promptCharacters();
    const int at = m_page->edit()->textCursor().position();
    const QString before = m_page->edit()->textBetween(at - 2 * room, at);
    m_lab->setPageText(kPage, completionPrompt({before, {}}, room));
}

} // namespace phidelity

// SPDX-License-Identifier: MIT
#include "app/preferences.h"

#include <algorithm>

#include <QJsonDocument>
#include <QSettings>

#include "chat/format_json.h"

namespace phidelity {

Preferences loadPreferences() {
    const QSettings store(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("phidelity"),
                          QStringLiteral("phidelity"));
    Preferences preferences;
    WindowState& window = preferences.window;
    window.geometry = store.value(QStringLiteral("window/geometry")).toByteArray();
    window.panelLayout = store.value(QStringLiteral("window/panelLayout")).toByteArray();
    for (const QString& entry : store.value(QStringLiteral("window/panels")).toStringList()) {
        const qsizetype split = entry.indexOf(u'=');
        window.panels.insert(entry.left(split), entry.mid(split + 1) == QLatin1String("shown"));
    }
    window.page = store.value(QStringLiteral("window/page")).toString();
    window.recentCommands = store.value(QStringLiteral("window/recentCommands")).toStringList();
    window.zoom = std::clamp(store.value(QStringLiteral("window/zoom"), 1.0).toDouble(), 0.8, 2.0);
    window.appearance = static_cast<Appearance>(
        std::clamp(store.value(QStringLiteral("window/appearance"), 0).toInt(), 0, 2));
    preferences.settings = settingsFromJson(
        QJsonDocument::fromJson(store.value(QStringLiteral("chat/settings")).toByteArray())
            .object());
    bool known = false;
    const FormatId format =
        formatFromKey(store.value(QStringLiteral("chat/format")).toString(), &known);
    preferences.format = known ? format : FormatId::Chat;
    const QByteArray own = store.value(QStringLiteral("chat/ownFormat")).toByteArray();
    if (const auto rules = rulesFromJson(QJsonDocument::fromJson(own).object(), nullptr)) {
        preferences.format = PromptFormat::own(*rules);
    }
    preferences.device.id = store.value(QStringLiteral("device/id")).toString();
    preferences.device.name = store.value(QStringLiteral("device/name")).toString();
    // Without a name a number could mean any device.
    if (preferences.device.id.isEmpty() || preferences.device.name.isEmpty()) {
        preferences.device = {};
    }
    preferences.device.sharesWithCpu =
        store.value(QStringLiteral("device/sharesWithProcessor"), false).toBool();
    preferences.transcriptFolder = store.value(QStringLiteral("transcripts/folder")).toString();
    bool chosen = false;
    const Paper paper =
        paperOfKey(store.value(QStringLiteral("transcripts/paper")).toString(), &chosen);
    preferences.paper = chosen ? paper : localPaper();
    return preferences;
}

void savePreferences(const Preferences& preferences) {
    QSettings store(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("phidelity"),
                    QStringLiteral("phidelity"));
    const WindowState& window = preferences.window;
    store.setValue(QStringLiteral("window/geometry"), window.geometry);
    store.setValue(QStringLiteral("window/panelLayout"), window.panelLayout);
    QStringList panels;
    for (auto panel = window.panels.begin(); panel != window.panels.end(); ++panel) {
        panels.append(QStringLiteral("%1=%2").arg(
            panel.key(), panel.value() ? QStringLiteral("shown") : QStringLiteral("hidden")));
    }
    store.setValue(QStringLiteral("window/panels"), panels);
    store.setValue(QStringLiteral("window/page"), window.page);
    store.setValue(QStringLiteral("window/recentCommands"), window.recentCommands);
    store.setValue(QStringLiteral("window/zoom"), window.zoom);
    store.setValue(QStringLiteral("window/appearance"), static_cast<int>(window.appearance));
    store.setValue(QStringLiteral("chat/settings"),
                   QJsonDocument(toJson(preferences.settings)).toJson(QJsonDocument::Compact));
    const PromptFormat& format = preferences.format;
    store.setValue(QStringLiteral("chat/format"), format.key());
    store.setValue(QStringLiteral("chat/ownFormat"),
                   format.isOwn() ? rulesBytes(format.rules()) : QByteArray());
    store.setValue(QStringLiteral("device/id"), preferences.device.id);
    store.setValue(QStringLiteral("device/name"), preferences.device.name);
    store.setValue(QStringLiteral("device/sharesWithProcessor"), preferences.device.sharesWithCpu);
    store.setValue(QStringLiteral("transcripts/folder"), preferences.transcriptFolder);
    // What is usual here follows the user to where something else is.
    store.setValue(QStringLiteral("transcripts/paper"),
                   preferences.paper == localPaper() ? QString() : keyOf(preferences.paper));
}

} // namespace phidelity

// SPDX-License-Identifier: MIT
#include "run/sandbox.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

#include "run/run_driver.h"
#include "run/syscall_filter.h"

namespace phidelity {

SandboxTools findSandboxTools() {
    const QStringList folders = {QStringLiteral("/usr/bin"), QStringLiteral("/bin")};
    SandboxTools tools;
    tools.bubblewrap = QStandardPaths::findExecutable(QStringLiteral("bwrap"), folders);
    tools.python = QStandardPaths::findExecutable(QStringLiteral("python3"), folders);
    const auto say = [](const char* text) { return QCoreApplication::translate("Sandbox", text); };
    if (syscallFilter().isEmpty()) {
        tools.problem = say("Code cannot be run on this kind of processor: there is no filter of "
                            "system calls for it.");
    } else if (tools.bubblewrap.isEmpty()) {
        tools.problem = say("Code runs only in a sandbox, and the program that makes it is not "
                            "here. Install it: sudo apt install bubblewrap");
    } else if (tools.python.isEmpty()) {
        tools.problem = say("There is no Python in /usr/bin. Install it: sudo apt install python3");
    }
    return tools;
}

QStringList sandboxArguments(const SandboxTools& tools, const RunLimits& limits) {
    QStringList arguments;
    const auto add = [&arguments](std::initializer_list<const char*> words) {
        for (const char* word : words) {
            arguments.append(QString::fromLatin1(word));
        }
    };
    add({"--unshare-all",
         "--unshare-user",
         "--disable-userns",
         "--die-with-parent",
         "--new-session",
         "--cap-drop",
         "ALL",
         "--uid",
         "65534",
         "--gid",
         "65534",
         "--hostname",
         "sandbox",
         "--clearenv",
         "--setenv",
         "PATH",
         "/usr/bin",
         "--setenv",
         "HOME",
         "/tmp",
         "--setenv",
         "LANG",
         "C.UTF-8"});
    add({"--ro-bind", "/usr", "/usr"});
    for (const char* folder : {"/bin", "/lib", "/lib64", "/lib32"}) {
        const QFileInfo info(QString::fromLatin1(folder));
        if (info.isSymLink()) { // into /usr, as on merged systems
            arguments << QStringLiteral("--symlink") << QStringLiteral("/usr") + info.filePath()
                      << info.filePath();
        } else if (info.isDir()) {
            add({"--ro-bind", folder, folder});
        }
    }
    add({"--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try",
         "/etc/alternatives", "/etc/alternatives", "--ro-bind-try", "/etc/localtime",
         "/etc/localtime", "--proc", "/proc", "--tmpfs", "/proc/sys", "--remount-ro", "/proc/sys",
         "--dev", "/dev", "--size"});
    arguments.append(QString::number(limits.files));
    // The root and /dev are file systems in memory, too, which no limit of ours would count.
    add({"--tmpfs", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp",
         "--seccomp"});
    arguments.append(QString::number(kFilterDescriptor));
    arguments << QStringLiteral("--") << tools.python << QStringLiteral("-I")
              << QStringLiteral("-B") << QStringLiteral("-u") << QStringLiteral("-c")
              << QString::fromUtf8(runDriver());
    return arguments;
}

} // namespace phidelity

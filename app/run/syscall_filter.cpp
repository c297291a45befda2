// SPDX-License-Identifier: MIT
#include "run/syscall_filter.h"

#include <vector>

#ifdef __linux__
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#endif

namespace phidelity {

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

namespace {

#ifdef __x86_64__
constexpr unsigned kArch = AUDIT_ARCH_X86_64;
#else
constexpr unsigned kArch = AUDIT_ARCH_AARCH64;
#endif
/// The last call that was there when this was written (set_mempolicy_home_node). Later ones are not
/// known to be harmless, and programs know how to do without.
constexpr unsigned kLastKnownCall = 450;
constexpr unsigned kTiocLinux = 0x541C;

constexpr long kForbidden[] = {
    // Connecting anywhere. A pair of sockets within the program stays possible.
    SYS_socket,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    // Other processes.
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_process_madvise,
    SYS_process_mrelease,
    SYS_move_pages,
    SYS_migrate_pages,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
#ifdef SYS_pidfd_getfd
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
#endif
    // Namespaces and mounts.
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
#ifdef SYS_fsopen
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
#endif
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    // Memory that no limit counts, and calls whose bugs have let programs out.
    SYS_memfd_create,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_shmget,
    SYS_shmat,
    SYS_semget,
    SYS_msgget,
    SYS_mq_open,
#ifdef SYS_memfd_secret
    SYS_memfd_secret,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
#endif
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_splice,
    SYS_vmsplice,
    SYS_tee,
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
#endif
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_fanotify_init,
    SYS_personality,
    SYS_setpriority,
    SYS_sched_setscheduler,
    SYS_sched_setattr,
    SYS_ioprio_set,
    // The system.
    SYS_reboot,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_syslog,
    SYS_vhangup,
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
#endif
};

sock_filter statement(unsigned code, unsigned value) {
    return {static_cast<__u16>(code), 0, 0, value};
}

sock_filter jump(unsigned code, unsigned value, unsigned yes, unsigned no) {
    return {static_cast<__u16>(BPF_JMP | code | BPF_K), static_cast<__u8>(yes),
            static_cast<__u8>(no), value};
}

unsigned argument(unsigned index) {
    return static_cast<unsigned>(offsetof(seccomp_data, args) + index * sizeof(__u64));
}

} // namespace

QByteArray syscallFilter() {
    const sock_filter allow = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_filter kill = statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    const sock_filter refuse = statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    const sock_filter unknown = statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    const auto load = [](size_t offset) {
        return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
    };
    std::vector<sock_filter> filter;
    filter.push_back(load(offsetof(seccomp_data, arch)));
    filter.push_back(jump(BPF_JEQ, kArch, 1, 0));
    filter.push_back(kill);
    filter.push_back(load(offsetof(seccomp_data, nr)));
    filter.push_back(jump(BPF_JGT, kLastKnownCall, 0, 1)); // those of x32 are far above, too
    filter.push_back(unknown);
    for (const long call : kForbidden) {
        filter.push_back(jump(BPF_JEQ, static_cast<unsigned>(call), 0, 1));
        filter.push_back(refuse);
    }
#ifdef SYS_clone3
    // Its flags lie in memory, where a filter cannot look; the C library then takes clone.
    filter.push_back(jump(BPF_JEQ, SYS_clone3, 0, 1));
    filter.push_back(unknown);
#endif
    // Threads, but no processes: that is what a fork bomb is made of.
    filter.push_back(jump(BPF_JEQ, SYS_clone, 0, 4));
    filter.push_back(load(argument(0)));
    filter.push_back(jump(BPF_JSET, CLONE_THREAD, 1, 0));
    filter.push_back(refuse);
    filter.push_back(allow);
    // A pair of sockets of any other family may be more than a pair.
    filter.push_back(jump(BPF_JEQ, SYS_socketpair, 0, 4));
    filter.push_back(load(argument(0)));
    filter.push_back(jump(BPF_JEQ, AF_UNIX, 1, 0));
    filter.push_back(refuse);
    filter.push_back(allow);
    // Characters pushed into the terminal that the program was started from.
    filter.push_back(jump(BPF_JEQ, SYS_ioctl, 0, 4));
    filter.push_back(load(argument(1)));
    filter.push_back(jump(BPF_JEQ, TIOCSTI, 1, 0));
    filter.push_back(jump(BPF_JEQ, kTiocLinux, 0, 1));
    filter.push_back(refuse);
    filter.push_back(allow);
    return {reinterpret_cast<const char*>(filter.data()),
            static_cast<qsizetype>(filter.size() * sizeof(sock_filter))};
}

#else

QByteArray syscallFilter() {
    return {};
}

#endif

} // namespace phidelity

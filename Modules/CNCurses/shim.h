#pragma once

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

/* What Swift does not import: cast macros, globals, variadic functions. */

static inline attr_t etl_bold(void) { return A_BOLD; }
static inline attr_t etl_underline(void) { return A_UNDERLINE; }
static inline attr_t etl_reverse(void) { return A_REVERSE; }
static inline attr_t etl_dim(void) { return A_DIM; }
static inline WINDOW *etl_window(void) { return stdscr; }
static inline WINDOW *etl_shown(void) { return curscr; }
static inline int etl_colours(void) { return COLORS; }
static inline int etl_pairs(void) { return COLOR_PAIRS; }
static inline void etl_ignore_environment(void) { use_env(FALSE); }
static inline const char *etl_place(const char *capability, int row, int column) {
    return tparm(capability, row, column);
}

/* Columns that the C library gives a character, and ncurses with it. */
static inline int etl_columns(wchar_t character) {
    extern int wcwidth(wchar_t);
    return wcwidth(character);
}

/* A file that is nowhere but in memory; -1 when there can be none. */
static inline int etl_memory_file(void) {
#if defined(__linux__)
    extern int memfd_create(const char *, unsigned int);
    return memfd_create("etl-dash", 1u /* MFD_CLOEXEC */);
#else
    char path[] = "/tmp/etl-dash-XXXXXX";
    int file = mkstemp(path);
    if (file >= 0) {
        unlink(path);
        fcntl(file, F_SETFD, FD_CLOEXEC);
    }
    return file;
#endif
}

/* Gives back the storage of a file's first part; what is read there afterwards is zeros. */
static inline void etl_forget_start(int file, long long size) {
#if defined(__linux__)
    extern int fallocate(int, int, off_t, off_t);
    fallocate(file, 3 /* FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE */, 0, (off_t)size);
#else
    (void)file;
    (void)size;
#endif
}

/*
 * The way out of a screen, whatever happens: async-signal-safe all through, so that a crash can take it. That is why it
 * is C: Swift may allocate, retain or lock anywhere.
 *
 * The static below is one copy for each object file that uses it, so exactly one Swift file does: Rescue.swift.
 */

enum { etl_reset_limit = 512, etl_capture_limit = 2, etl_shown_limit = 65536 };

struct etl_rescue {
    /* Whether all this is still to be done; taken once, by whoever comes first. */
    int is_due;
    /* Whether the terminal is ours: not while the process is suspended. */
    int is_up;
    /* What frames are written to; goes nowhere from the rescue on, so that no frame follows the reset. */
    int painted;
    /* The same terminal, for the rescue alone. */
    int terminal;
    int nowhere;
    struct termios settings;
    /* Descriptors that were captured, what they were before, and where their bytes went. */
    int captured_count;
    int captured[etl_capture_limit];
    int originals[etl_capture_limit];
    int memory;
    size_t reset_size;
    char reset[etl_reset_limit];
};

struct etl_signals {
    struct etl_rescue *current;
    struct sigaction previous[NSIG];
    char is_taken[NSIG];
    /* A byte is written there for each notice. */
    int wake;
};

/* Inside of a function, since Swift leaves out the statics of a header that stand alone. */
static inline struct etl_signals *etl_signals(void) {
    static struct etl_signals signals = {.wake = -1};
    return &signals;
}

static inline void etl_write(int file, const char *bytes, size_t size) {
    int patience = 20;
    while (size > 0) {
        ssize_t count = write(file, bytes, size);
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        } else if (count < 0 && errno == EAGAIN && patience-- > 0) {
            struct pollfd polled = {file, POLLOUT, 0};
            poll(&polled, 1, 25);
        } else if (count >= 0 || errno != EINTR) {
            return;
        }
    }
}

/* Shows the last of what was captured. */
static inline void etl_show(int memory, int output) {
    char buffer[4096];
    struct stat status;
    if (fstat(memory, &status) != 0 || status.st_size <= 0) return;
    off_t end = status.st_size, place = 0;
    if (end > etl_shown_limit) {
        place = end - etl_shown_limit;
        ssize_t count = pread(memory, buffer, sizeof buffer, place);
        for (ssize_t index = 0; index < count; index++) {
            if (buffer[index] != '\n') continue;
            place += index + 1;
            break;
        }
        char digits[24];
        size_t start = sizeof digits;
        for (off_t rest = place; rest > 0; rest /= 10) digits[--start] = (char)('0' + rest % 10);
        static const char before[] = "(", after[] = " bytes of earlier output are left out)\n";
        etl_write(output, before, sizeof before - 1);
        etl_write(output, digits + start, sizeof digits - start);
        etl_write(output, after, sizeof after - 1);
    }
    while (place < end) {
        ssize_t count = pread(memory, buffer, sizeof buffer, place);
        if (count <= 0) return;
        etl_write(output, buffer, (size_t)count);
        place += count;
    }
}

/* Gives the terminal back, then what was captured. */
static inline int etl_restore(struct etl_rescue *rescue) {
    if (!__atomic_exchange_n(&rescue->is_due, 0, __ATOMIC_SEQ_CST)) return 0;
    if (rescue->nowhere >= 0) dup2(rescue->nowhere, rescue->painted);
    if (rescue->is_up) {
        etl_write(rescue->terminal, rescue->reset, rescue->reset_size);
        /* Not TCSADRAIN: a terminal that takes nothing must not hold us. */
        tcsetattr(rescue->terminal, TCSANOW, &rescue->settings);
    }
    for (int index = 0; index < rescue->captured_count; index++)
        dup2(rescue->originals[index], rescue->captured[index]);
    if (rescue->captured_count > 0) etl_show(rescue->memory, rescue->originals[0]);
    return 1;
}

static inline int etl_is_due(const struct etl_rescue *rescue) {
    return __atomic_load_n(&rescue->is_due, __ATOMIC_SEQ_CST);
}

static inline int etl_restore_current(void) {
    struct etl_rescue *rescue = __atomic_load_n(&etl_signals()->current, __ATOMIC_SEQ_CST);
    return rescue ? etl_restore(rescue) : 0;
}

static void etl_at_exit(void) { etl_restore_current(); }

static void etl_on_crash(int number, siginfo_t *info, void *context) {
    (void)context;
    int before = errno;
    etl_restore_current();
    if (info->si_code == SI_USER) {
        /* Somebody sent it: nothing crashed, so there is nothing to trace. */
        signal(number, SIG_DFL);
    } else {
        /* What was there before: the default action, or the language's own back-tracer. */
        sigaction(number, &etl_signals()->previous[number], NULL);
    }
    errno = before;
    /* A fault comes again at the same instruction, which is what a back-trace should show; all else is sent again. */
    int is_fault = number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE;
    if (!is_fault || info->si_code <= 0) raise(number);
}

static void etl_on_notice(int number) {
    int before = errno;
    char byte = number == SIGWINCH ? 'W' : number == SIGTSTP ? 'Z' : 'C';
    int wake = etl_signals()->wake;
    if (wake >= 0 && write(wake, &byte, 1) < 0) {
        /* A pipe that is full will wake its reader anyway. */
    }
    errno = before;
}

static inline void etl_take(int number, int is_crash) {
    struct sigaction action;
    if (etl_signals()->is_taken[number]) return;
    memset(&action, 0, sizeof action);
    /* Full: tcsetattr must not stop a process in the background on its way out. */
    sigfillset(&action.sa_mask);
    if (is_crash) {
        action.sa_sigaction = etl_on_crash;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    } else {
        action.sa_handler = etl_on_notice;
        action.sa_flags = SA_RESTART;
    }
    if (sigaction(number, NULL, &etl_signals()->previous[number]) != 0) return;
    /* What the caller chose to ignore stays ignored. */
    if (is_crash && !(etl_signals()->previous[number].sa_flags & SA_SIGINFO) && etl_signals()->previous[number].sa_handler == SIG_IGN) return;
    if (sigaction(number, &action, NULL) == 0) etl_signals()->is_taken[number] = 1;
}

static inline void etl_give_back(int number) {
    if (!etl_signals()->is_taken[number]) return;
    sigaction(number, &etl_signals()->previous[number], NULL);
    etl_signals()->is_taken[number] = 0;
}

static inline void etl_wake_by(int file) { etl_signals()->wake = file; }

static inline void etl_set_current(struct etl_rescue *rescue) {
    static int is_watching_exit = 0;
    if (!is_watching_exit) is_watching_exit = atexit(etl_at_exit) == 0;
    __atomic_store_n(&etl_signals()->current, rescue, __ATOMIC_SEQ_CST);
}

/* Stops the process, with the rest of its job when asked; returns when it is continued, or at once when it can't stop:
   an orphaned process group has nobody to continue it. */
static inline void etl_stop(int with_job) {
    struct sigaction standard, ignored, before;
    sigset_t stop, mask;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    memset(&ignored, 0, sizeof ignored);
    ignored.sa_handler = SIG_IGN;
    /* The job's signal is for the others: taken by another thread of ours, it could stop us first and the one below a
       second time, after we were continued. */
    sigaction(SIGTSTP, &ignored, &before);
    if (with_job) kill(0, SIGTSTP);
    sigaction(SIGTSTP, &standard, NULL);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    /* To this very thread, so that it is delivered before this returns. */
    pthread_kill(pthread_self(), SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
}

/* Has this thread take the signals that the rest may have blocked, and gives it room for a handler when its own stack is
   what ran out. */
static inline void etl_prepare_thread(void) {
    static const int numbers[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGQUIT, SIGABRT,
                                  SIGSEGV,  SIGBUS,  SIGILL,  SIGTRAP, SIGFPE};
    sigset_t taken;
    sigemptyset(&taken);
    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) sigaddset(&taken, numbers[index]);
    pthread_sigmask(SIG_UNBLOCK, &taken, NULL);
    stack_t stack;
    memset(&stack, 0, sizeof stack);
    stack.ss_size = 65536;
    stack.ss_sp = malloc(stack.ss_size);
    if (stack.ss_sp) sigaltstack(&stack, NULL);
}

/* newterm takes INT, TERM, TSTP and WINCH when nobody has; here it must not. */
static inline SCREEN *etl_newterm(const char *type, FILE *output, FILE *input) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct sigaction before[4];
    for (int index = 0; index < 4; index++) sigaction(numbers[index], NULL, &before[index]);
    SCREEN *screen = newterm(type, output, input);
    for (int index = 0; index < 4; index++) sigaction(numbers[index], &before[index], NULL);
    return screen;
}

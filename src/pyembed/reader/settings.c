/* An unknown setting is an error: packager and runtime are of one version, and the user relies on
 * every setting. */
#include "reader/settings.h"

#include "reader/resources.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef enum { FLAG, NUMBER, CHOICE, TEXT, LIST } setting_kind;

typedef struct {
    const char *name;
    size_t offset;
    const char *choices; /* words, each with a space after it; their places are the values */
    setting_kind kind;
    int initial; /* of flags, numbers and choices, when the blob has none */
} setting_row;

#define ROW(field, kind, choices, initial) \
    {#field, offsetof(pyembed_settings, field), choices, kind, initial},
#define FLAG_ROW(field, initial) ROW(field, FLAG, NULL, initial)
#define NUMBER_ROW(field, initial) ROW(field, NUMBER, NULL, initial)
#define CHOICE_ROW(field, choices, initial) ROW(field, CHOICE, choices, initial)
#define TEXT_ROW(field) ROW(field, TEXT, NULL, 0)
#define LIST_ROW(field) ROW(field, LIST, NULL, 0)

static const setting_row rows[] = {
    PYEMBED_EACH_SETTING(FLAG_ROW, NUMBER_ROW, CHOICE_ROW, TEXT_ROW, LIST_ROW)};

#define ROWS (sizeof rows / sizeof rows[0])

static const setting_row *
row_of(pyembed_string name)
{
    for (size_t at = 0; at < ROWS; at++) {
        if (strcmp(rows[at].name, name.data) == 0) {
            return &rows[at];
        }
    }
    return NULL;
}

/* The place of a word among space-ended words, or -1. */
static int
place_of(const char *words, pyembed_string word)
{
    int place = 0;
    for (const char *at = words; *at != '\0'; place++) {
        const char *end = strchr(at, ' ');
        if ((size_t)(end - at) == word.size && memcmp(at, word.data, word.size) == 0) {
            return place;
        }
        at = end + 1;
    }
    return -1;
}

static int
number_of(pyembed_string text, int *number)
{
    int value = 0;
    for (uint32_t at = 0; at < text.size; at++) {
        if (text.data[at] < '0' || text.data[at] > '9' || value > (INT_MAX - 9) / 10) {
            return -1;
        }
        value = value * 10 + (text.data[at] - '0');
    }
    *number = value;
    return text.size == 0 ? -1 : 0;
}

/* C functions stop at a NUL: the rest of the user's code would be dropped silently. */
static const char *
text_problem(pyembed_string text)
{
    return memchr(text.data, '\0', text.size) == NULL ? NULL : "a text without NUL characters";
}

/* Stores one setting; returns what it may be in words if it is not. */
static const char *
store(const setting_row *row, const pyembed_setting *setting, uint32_t index,
      pyembed_settings *settings)
{
    void *field = (char *)settings + row->offset;
    int number;
    switch (row->kind) {
    case FLAG:
        number = place_of("false true ", setting->value);
        if (number < 0) {
            return "true or false";
        }
        *(int *)field = number;
        return NULL;
    case NUMBER:
        return number_of(setting->value, field) < 0 ? "a decimal number" : NULL;
    case CHOICE:
        number = place_of(row->choices, setting->value);
        if (number < 0) {
            return row->choices;
        }
        *(int *)field = number;
        return NULL;
    case TEXT:
        *(pyembed_string *)field = setting->value;
        return text_problem(setting->value);
    case LIST: {
        pyembed_run *run = field;
        if (run->count == 0) {
            run->first = index;
        }
        /* Settings are sorted by name: a list that something else interrupts was not written by a
         * packager. */
        run->count += 1;
        return run->first + run->count == index + 1 ? text_problem(setting->value)
                                                    : "a list whose items stand together";
    }
    }
    return "known";
}

static void
set_initial(pyembed_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t at = 0; at < ROWS; at++) {
        void *field = (char *)settings + rows[at].offset;
        if (rows[at].kind == TEXT) {
            *(pyembed_string *)field = (pyembed_string){"", 0};
        }
        else if (rows[at].kind != LIST) {
            *(int *)field = rows[at].initial;
        }
    }
}

int
pyembed_settings_read(const pyembed_resources *resources, pyembed_settings *settings, char *message,
                      size_t size)
{
    set_initial(settings);
    uint32_t count = pyembed_count(resources, PYEMBED_SECTION_SETTINGS);
    for (uint32_t index = 0; index < count; index++) {
        pyembed_setting setting;
        pyembed_status status = pyembed_setting_at(resources, index, &setting);
        if (status != PYEMBED_OK) {
            snprintf(message, size, "the packed resources are damaged at setting %u: %s",
                     (unsigned)index, pyembed_status_text(status));
            return -1;
        }
        const setting_row *row = row_of(setting.name);
        if (row == NULL) {
            snprintf(
                message, size,
                "unknown setting `%.80s` in the packed resources; packager and runtime must be of one version",
                setting.name.data);
            return -1;
        }
        const char *wanted = store(row, &setting, index, settings);
        if (wanted != NULL) {
            snprintf(message, size, "setting `%s` is `%.80s`; it must be %s", row->name,
                     setting.value.data, wanted);
            return -1;
        }
    }
    return 0;
}
